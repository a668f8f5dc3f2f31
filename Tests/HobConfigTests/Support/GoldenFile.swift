import Glibc

/// Cases with their expected messages, in a text file that people read.
struct GoldenFile {
    struct Case {
        let title: String
        let input: String
        let files: [String: String]
        var expected: String
    }

    let path: String
    let header: String
    var cases: [Case]

    /// Whether expectations are to be written instead of compared.
    static var isRecording: Bool { getenv("HOB_RECORD") != nil }

    init(_ name: String, beside file: String = #filePath) {
        let tests = file.split(separator: "/").dropLast().joined(separator: "/")
        path = "/\(tests)/Golden/\(name)"
        var header = ""
        var cases: [Case] = []
        for part in Self.read(path).split(separator: "=== ", omittingEmptySubsequences: false) {
            guard !header.isEmpty else {
                header = String(part)
                continue
            }
            let lines = part.split(separator: "\n", omittingEmptySubsequences: false)
            let end = lines.firstIndex(of: "---") ?? lines.endIndex
            var input: [Substring] = []
            var files: [String: String] = [:]
            var name: String?
            for line in lines[..<end].dropFirst() {
                if line.hasPrefix("+++ ") {
                    name = String(line.dropFirst(4))
                } else if let name {
                    files[name, default: ""] += line + "\n"
                } else {
                    input.append(line == "---doc" ? "---" : line)
                }
            }
            cases.append(
                Case(
                    title: lines.first.map { String($0) } ?? "", input: input.map { $0 + "\n" }.joined(), files: files,
                    expected: lines[end...].dropFirst().filter { !$0.isEmpty }.joined(separator: "\n")))
        }
        self.header = header
        self.cases = cases
    }

    /// Replaces what stands below each `---`.
    func record(_ results: [String: String]) {
        var text = header
        for part in Self.read(path).split(separator: "=== ", omittingEmptySubsequences: false).dropFirst() {
            let lines = part.split(separator: "\n", omittingEmptySubsequences: false)
            let end = lines.firstIndex(of: "---") ?? lines.endIndex
            text += "=== " + lines[..<end].joined(separator: "\n") + "\n---\n"
            text += (results[String(lines[0])] ?? "") + "\n\n"
        }
        Self.write(path, String(text.dropLast()))
    }

    static func read(_ path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while true {
            let byte = getc(file)
            if byte == EOF { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(UInt8(truncatingIfNeeded: byte))
        }
    }

    static func write(_ path: String, _ text: String) {
        guard let file = fopen(path, "we") else { return }
        fputs(text, file)
        fclose(file)
    }
}
