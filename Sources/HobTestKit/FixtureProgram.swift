import Glibc

/// Where the package's own executables lie: beside the running test bundle.
package enum FixtureProgram {
    /// The path of `hob-fixture`.
    package static var path: String { path(of: "hob-fixture") }

    /// The path of an executable product built together with the tests.
    package static func path(of product: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let directory = own.lastIndex(of: "/").map { own[..<$0] } ?? "."
        return "\(directory)/\(product)"
    }
}
