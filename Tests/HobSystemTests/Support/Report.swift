import HobSystem
import HobTestKit

/// What `hob-fixture report` said about the state it was started in.
struct Report {
    private let lines: [(key: Substring, value: Substring)]

    init(_ text: String) {
        lines = text.split(separator: "\n").map { line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (key: parts[0], value: parts.count > 1 ? parts[1] : "")
        }
    }

    /// Starts a fixture that reports, changed as wanted, and reads its report.
    static func of(
        _ arguments: [String] = [], changing change: (inout SpawnRequest) -> Void
    ) throws -> Report {
        var request = SpawnRequest(executable: FixtureProgram.path, arguments: ["report"] + arguments)
        change(&request)
        let child = try TestChild(request)
        let text = try child.readToEnd()
        _ = try child.waitForExit()
        return Report(text)
    }

    subscript(_ key: String) -> String? { lines.first { $0.key == key }.map { String($0.value) } }

    func all(_ key: String) -> [String] { lines.filter { $0.key == key }.map { String($0.value) } }

    /// Number and target of each open descriptor.
    var descriptors: [Int: String] {
        var found: [Int: String] = [:]
        for entry in all("fd") {
            let parts = entry.split(separator: " ", maxSplits: 1)
            if let number = Int(parts[0]), parts.count == 2 { found[number] = String(parts[1]) }
        }
        return found
    }
}
