import Glibc

/// What a directory holds.
enum Directory {
    /// Its entries, sorted, without those that begin with a dot.
    static func names(in path: String) throws -> [String] {
        guard let directory = opendir(path) else { throw Failure(path: path, code: errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// It cannot be listed.
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let code: Int32

        var description: String { "cannot list \(path): \(String(cString: strerror(code)))" }
    }
}
