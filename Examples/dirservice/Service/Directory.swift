import Glibc

/// A directory that is to be listed.
struct Directory {
    private let path: String

    init(_ path: String) {
        self.path = path
    }

    /// What it holds, sorted.
    func names() throws(DirectoryError) -> [String] {
        guard let directory = opendir(path) else { throw DirectoryError(path: path, code: errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

/// A directory could not be listed.
struct DirectoryError: Error, CustomStringConvertible {
    let path: String
    let code: Int32

    var description: String { "\(path): \(String(cString: strerror(code)))" }
}
