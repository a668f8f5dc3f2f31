import Glibc
import HobSystem

/// What a command writes to stdout and stderr, kept in a nameless file: a pipe would break a daemon that outlives us.
struct CapturedOutput {
    /// So much of its end is shown.
    static let longestText = 64 * 1024

    let file: Descriptor

    init() throws(SystemError) {
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        file = try Self.nameless(in: directory)
    }

    /// The text so far.
    var text: String { FileTail.text(of: file, from: 0) }

    private static func nameless(in directory: String) throws(SystemError) -> Descriptor {
        // O_TMPFILE; where the file system has none, memory does.
        if let file = try? Descriptor.open(directory, flags: [.readWrite, .nameless, .append], mode: 0o600) {
            return file
        }
        return try Descriptor.memory(named: "hob-output")
    }
}
