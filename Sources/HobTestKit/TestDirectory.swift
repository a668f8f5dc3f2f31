import Glibc
package import HobSystem

/// A directory of one test, removed with everything in it when the test lets go of it.
package final class TestDirectory: Sendable {
    /// Its absolute path.
    package let path: String
    /// Its descriptor.
    package let descriptor: Descriptor

    /// Makes a private directory below $TMPDIR or /tmp.
    package init(_ name: String = "hob-test", mode: UInt32 = 0o700) throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError.file("make a directory in", base, errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        descriptor = try Descriptor.open(path, flags: [.readOnly, .directory])
        if mode != 0o700 { try descriptor.changeMode(mode) }
    }

    deinit {
        Self.empty(descriptor)
        rmdir(path)
    }

    /// The absolute path of an entry.
    package func path(of name: String) -> String { "\(path)/\(name)" }

    /// Writes a file of this directory.
    package func write(_ text: String, to name: String, mode: UInt32 = 0o644) throws {
        let file = try Descriptor.open(name, in: descriptor, flags: [.writeOnly, .create, .truncate], mode: mode)
        try file.changeMode(mode)
        try file.writeAll(text)
    }

    /// The text of a file of this directory; nil when it is not there.
    package func read(_ name: String) -> String? {
        guard let file = try? Descriptor.open(name, in: descriptor), let bytes = try? file.readAll(limit: 64 << 20)
        else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Copies a file from elsewhere into this directory.
    package func copy(_ source: String, to name: String, mode: UInt32 = 0o755) throws {
        let bytes = try Descriptor.open(source).readAll(limit: 256 << 20)
        let file = try Descriptor.open(name, in: descriptor, flags: [.writeOnly, .create, .truncate], mode: mode)
        try file.writeAll(bytes)
        try file.changeMode(mode)
    }

    private static func empty(_ directory: Descriptor) {
        for name in (try? directory.names()) ?? [] {
            // A link is removed, never followed.
            if let below = try? Descriptor.open(name, in: directory, flags: [.readOnly, .directory, .noFollow]) {
                empty(below)
                _ = try? directory.removeDirectory(name)
            } else {
                _ = try? directory.remove(name)
            }
        }
    }
}
