import HobSystem
import HobTestKit

@testable import HobNewCommand

/// A directory with all that is in it, for comparison byte for byte.
struct Tree: Equatable, CustomStringConvertible {
    /// Kind, permissions and content of each entry, by path.
    let entries: [String: String]

    init(_ directory: TestDirectory) throws {
        var entries: [String: String] = [:]
        try Self.collect(directory.descriptor, "", &entries)
        self.entries = entries
    }

    /// The files' paths.
    var files: [String] { entries.filter { $0.value.hasPrefix("file") }.keys.sorted() }

    var description: String {
        entries.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "\n")
    }

    private static func collect(_ directory: Descriptor, _ prefix: String, _ entries: inout [String: String]) throws {
        for name in try directory.names() {
            let status = try FileStatus.of(name, in: directory)
            let permissions = String(status.permissions, radix: 8)
            let path = prefix + name
            if status.isDirectory {
                entries[path] = "directory \(permissions)"
                let below = try Descriptor.open(name, in: directory, flags: [.readOnly, .directory])
                try collect(below, path + "/", &entries)
            } else if status.isLink {
                entries[path] = "link"
            } else {
                let bytes = try Descriptor.open(name, in: directory).readAll(limit: 1 << 20)
                entries[path] = "file \(permissions) \(SHA256.hex(bytes))"
            }
        }
    }
}
