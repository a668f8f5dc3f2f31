import CHobSystem
import Glibc

extension Descriptor {
    /// Opens a path.
    package static func open(
        _ path: String, flags: OpenFlags = .readOnly, mode: UInt32 = 0o644
    ) throws(SystemError) -> Descriptor {
        let raw = invoke(.open) { hob_open_at(AT_FDCWD, path, flags.rawValue, mode) }
        guard raw >= 0 else { throw .open(path, -raw) }
        return Descriptor(owning: raw)
    }

    /// Opens a path with the rights of another user and group instead of root's.
    package static func open(
        _ path: String, flags: OpenFlags, mode: UInt32, asUser user: UInt32, group: UInt32
    ) throws(SystemError) -> Descriptor {
        let raw = invoke(.open) { hob_open_as(user, group, path, flags.rawValue, mode) }
        guard raw >= 0 else { throw .open(path, -raw) }
        return Descriptor(owning: raw)
    }

    /// Opens a path relative to an open directory.
    package static func open(
        _ path: String, in directory: Descriptor, flags: OpenFlags = .readOnly, mode: UInt32 = 0o644
    ) throws(SystemError) -> Descriptor {
        let raw = invoke(.open) { hob_open_at(directory.raw, path, flags.rawValue, mode) }
        guard raw >= 0 else { throw .open(path, -raw) }
        return Descriptor(owning: raw)
    }

    /// A pipe.
    package static func pipe(
        nonBlocking: Bool = false
    ) throws(SystemError) -> (read: Descriptor, write: Descriptor) {
        let (first, second) = try pair("a pipe", .pipe) { hob_pipe($0, nonBlocking ? 1 : 0) }
        return (read: first, write: second)
    }

    /// A pair of connected Unix sockets.
    package static func socketPair(
        _ kind: SocketKind = .stream, nonBlocking: Bool = false
    ) throws(SystemError) -> (Descriptor, Descriptor) {
        try pair("a socket pair", .socketpair) { hob_socketpair($0, kind.rawValue, nonBlocking ? 1 : 0) }
    }

    /// An event counter, non-blocking.
    package static func eventCounter() throws(SystemError) -> Descriptor {
        try made("an eventfd", invoke(.eventfd) { hob_eventfd(0) })
    }

    /// A file in memory that has no name in any directory; the name given shows in /proc only.
    package static func memory(named name: String) throws(SystemError) -> Descriptor {
        try made("a memory file", invoke(.memfd) { hob_memfd(name) })
    }

    static func made(_ kind: String, _ raw: Int32) throws(SystemError) -> Descriptor {
        guard raw >= 0 else { throw .descriptor(kind, -raw) }
        return Descriptor(owning: raw)
    }

    private static func pair(
        _ kind: String, _ call: SystemCall, _ body: (UnsafeMutablePointer<Int32>) -> Int32
    ) throws(SystemError) -> (Descriptor, Descriptor) {
        var numbers: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutablePointer(to: &numbers) { pointer in
            pointer.withMemoryRebound(to: Int32.self, capacity: 2) { pointer in invoke(call) { body(pointer) } }
        }
        guard result >= 0 else { throw .descriptor(kind, -result) }
        return (Descriptor(owning: numbers.0), Descriptor(owning: numbers.1))
    }
}
