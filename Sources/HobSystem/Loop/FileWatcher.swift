import CHobSystem
import Glibc

/// Learns of changes of files and directories from the kernel (inotify).
package final class FileWatcher: Sendable {
    private let descriptor: Descriptor

    /// A watcher of nothing yet.
    package init() throws(SystemError) {
        descriptor = try Descriptor.made("a file watcher", invoke(.inotify) { hob_inotify() })
    }

    /// The descriptor's number, readable when there are events.
    package var raw: Int32 { descriptor.raw }

    /// Watches a path; adding it again replaces the events and answers the same number.
    package func add(_ path: String, events: FileEvent.Kind) throws(SystemError) -> Int32 {
        let watch = invoke(.inotify) { hob_inotify_add(descriptor.raw, path, events.rawValue) }
        if watch == -ENOSPC {
            throw SystemError(
                code: ENOSPC, message: "cannot watch \(path): too many watches: raise fs.inotify.max_user_watches")
        }
        guard watch >= 0 else { throw .file("watch", path, -watch) }
        return watch
    }

    /// Watches the directory behind a descriptor.
    package func add(_ directory: Descriptor, events: FileEvent.Kind) throws(SystemError) -> Int32 {
        try add("/proc/self/fd/\(directory.raw)", events: events)
    }

    /// Ends a watch; one that is gone already is no error.
    package func remove(_ watch: Int32) {
        _ = hob_inotify_remove(descriptor.raw, watch)
    }

    /// The events that are there now; none when nothing has happened.
    package func next() throws(SystemError) -> [FileEvent] {
        var events: [FileEvent] = []
        let count = withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 8) { buffer -> Int in
            let count = invoke(.read) { read(descriptor.raw, buffer.baseAddress, buffer.count) }
            var position = 0
            // A record: watch, mask, cookie, length of the name, the name padded with zeros.
            while position + 16 <= count {
                let length = Int(buffer.load(fromByteOffset: position + 12, as: UInt32.self))
                let name = buffer[(position + 16)..<min(position + 16 + length, count)].prefix { $0 != 0 }
                events.append(
                    FileEvent(
                        watch: buffer.load(fromByteOffset: position, as: Int32.self),
                        kind: FileEvent.Kind(rawValue: buffer.load(fromByteOffset: position + 4, as: UInt32.self)),
                        cookie: buffer.load(fromByteOffset: position + 8, as: UInt32.self),
                        name: String(decoding: name, as: UTF8.self)))
                position += 16 + length
            }
            return count
        }
        guard count >= 0 || count == -Int(EAGAIN) else {
            throw .transfer("read file events from", descriptor.raw, Int32(-count))
        }
        return events
    }
}
