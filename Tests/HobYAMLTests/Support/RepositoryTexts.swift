import Glibc

/// The YAML texts of this repository: files, examples within documents and tests, and what `hob new` writes.
enum RepositoryTexts {
    private static let root: String = {
        // The tests may have been built through a link to their folder.
        guard let path = realpath(#filePath, nil) else { return "" }
        defer { free(path) }
        return String(cString: path).split(separator: "/", omittingEmptySubsequences: false)
            .dropLast(4).joined(separator: "/")
    }()

    /// All of them.
    static func all() -> [[UInt8]] {
        var texts: [[UInt8]] = []
        for directory in [
            "Examples", "Fuzz/config", "Fuzz/control", "Fuzz/daemon", "Documentation", "Tests/HobConfigTests/Golden",
            "Sources/HobNewCommand/Templates",
        ] {
            for file in files(below: "\(root)/\(directory)").sorted() {
                guard let bytes = contents(file) else { continue }
                let text = String(decoding: bytes, as: UTF8.self)
                if file.hasSuffix(".md") {
                    texts += pieces(of: text, between: "```yaml\n", and: "```")
                } else if file.hasSuffix(".swift") {
                    texts += pieces(of: text, between: "\"\"\"\n", and: "\"\"\"")
                } else if file.hasSuffix(".txt"), directory.hasSuffix("Golden") {
                    texts += pieces(of: text, between: "\n=== ", and: "\n---\n").map { Array($0.drop { $0 != 0x0A }) }
                } else if file.hasSuffix(".yml") || file.contains("/seeds/") {
                    texts.append(bytes)
                }
            }
        }
        return texts
    }

    private static func pieces(of text: String, between begin: String, and end: String) -> [[UInt8]] {
        text.split(separator: begin, omittingEmptySubsequences: false).dropFirst().compactMap { part in
            part.split(separator: end, maxSplits: 1, omittingEmptySubsequences: false).first.map { Array($0.utf8) }
        }
    }

    private static func files(below directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var found: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(".") { continue }
            let path = "\(directory)/\(name)"
            found += entry.pointee.d_type == UInt8(DT_DIR) ? files(below: path) : [path]
        }
        return found
    }

    private static func contents(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}
