import Glibc
import HobTestKit
import Testing

/// The table of all transitions is written down, so that no change of it goes unseen.
@Suite(.blocking) struct TransitionTableTests {
    private static let path = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined() + "/transitions.txt"

    @Test func everyPairOfPhaseAndEventHasTheWrittenResult() throws {
        let text = TransitionTable.text
        if TestEnvironment.value("HOB_RECORD") == "1" { try write(text) }
        let expected = try #require(read(), "no file at \(Self.path); HOB_RECORD=1 makes it")
        let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let new = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in new.enumerated() where index >= old.count || old[index] != line {
            Issue.record(
                "line \(index + 1) is now\n\(line)\nand was\n\(index < old.count ? String(old[index]) : "nothing")")
            return
        }
        #expect(old.count == new.count)
    }

    private func read() -> String? {
        guard let file = fopen(Self.path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }

    private func write(_ text: String) throws {
        let file = try #require(fopen(Self.path, "w"))
        defer { fclose(file) }
        let bytes = Array(text.utf8)
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }
}
