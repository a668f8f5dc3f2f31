import Glibc
import HobSystem

/// What a daemon last said of itself, in a file in memory: `status` finds it among the descriptors of the process, and
/// it ends with that.
struct StatusNote: Sendable {
    private static let name = "hob-status"
    private static let longest = 1_024

    private let file: Descriptor?

    /// An empty note; without memory for it `status` shows none.
    init() {
        file = try? Descriptor.memory(named: Self.name)
    }

    /// Replaces what it says.
    func write(_ text: String) {
        var line = Array(text.utf8.prefix(Self.longest - 1))
        line.append(UInt8(ascii: "\n"))
        // One write: a reader sees this line or the last one, and takes nothing behind the first line end.
        try? line.withUnsafeBytes { bytes throws(SystemError) in try file?.writeAll(bytes, at: 0) }
    }

    /// What a process says; nil when it has said nothing, or we may not look.
    static func read(of pid: Int32) -> String? {
        guard let directory = try? Descriptor.open("/proc/\(pid)/fd", flags: [.readOnly, .directory]),
            let names = try? directory.names()
        else { return nil }
        for name in names {
            var link = [CChar](repeating: 0, count: 64)
            let count = readlinkat(directory.raw, name, &link, link.count)
            let target = String(decoding: link.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard target.hasPrefix("/memfd:\(Self.name) "), let file = try? Descriptor.open(name, in: directory) else {
                continue
            }
            let bytes = (try? file.readAll(limit: longest)) ?? []
            guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")), end > 0 else { return nil }
            return String(decoding: bytes[..<end], as: UTF8.self)
        }
        return nil
    }
}
