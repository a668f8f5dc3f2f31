import Glibc

/// The variables of this process.
package enum ProcessEnvironment {
    /// The environment; of two variables of one name the first counts, as in getenv(3).
    package static var current: [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2, !pair[0].isEmpty {
                let name = String(pair[0])
                if result[name] == nil { result[name] = String(pair[1]) }
            }
            entry += 1
        }
        return result
    }
}
