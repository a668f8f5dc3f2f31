import HobClient
import HobSystem
import HobTestKit

/// Writes log files as the supervisor does: appended, renamed when full.
final class LogWriting {
    let directory: TestDirectory
    private var clock: Int64 = 1_769_860_800_000
    private var files: [String: Descriptor] = [:]

    init() throws {
        directory = try TestDirectory("hob-logs")
    }

    /// Opens the directory for reading.
    func open() throws -> LogDirectory { try LogDirectory(directory.path) }

    /// Appends a line with the next millisecond's stamp.
    func line(_ text: String, to instance: String) throws {
        clock += 1
        try raw("\(RFC3339.format(clock)) \(text)\n", to: instance)
    }

    /// Appends bytes as they are.
    func raw(_ text: String, to instance: String) throws {
        let file =
            try files[instance]
            ?? Descriptor.open(
                "\(instance).log", in: directory.descriptor, flags: [.writeOnly, .create, .append])
        files[instance] = file
        try file.writeAll(text)
    }

    /// Finishes the current file under a number; the next line begins a new one.
    func rotate(_ instance: String, to sequence: Int, compressed: Bool = false) throws {
        let number = String(sequence)
        let name = "\(instance).log." + String(repeating: "0", count: 6 - number.count) + number
        try directory.descriptor.rename("\(instance).log", to: name)
        files[instance] = nil
        guard compressed else { return }
        var request = SpawnRequest("gzip", ["-n", name])
        request.directory = directory.path
        let child = try TestChild(request)
        guard try child.waitForExit() == .exited(code: 0) else {
            throw SystemError(code: 1, message: "gzip failed: \(try child.readToEnd())")
        }
    }
}

extension LogLine {
    /// The line's own text.
    var words: String { String(decoding: text, as: UTF8.self) }
}
