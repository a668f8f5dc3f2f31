import Glibc

/// What a directory holds.
struct Listing {
    private let path: String

    init(of path: String) {
        self.path = path
    }

    /// One line: how many entries there are, and which; those that begin with a dot are left out.
    func text() throws(ListingError) -> String {
        guard let directory = opendir(path) else { throw ListingError(path: path, code: errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return "\(path) has \(names.count) entries: \(names.sorted().joined(separator: ", "))"
    }
}
