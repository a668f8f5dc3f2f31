import CHobSystem
import Glibc

/// What fstat says about a file.
package struct FileStatus: Sendable, Equatable {
    /// The file system it is on.
    package var device: UInt64
    /// Its number there.
    package var inode: UInt64
    /// Its length in bytes.
    package var size: Int
    /// How many names it has.
    package var links: UInt64
    /// Its kind and permission bits.
    package var mode: UInt32
    /// Its owner.
    package var user: UInt32
    /// Its group.
    package var group: UInt32
    /// Nanoseconds of the wall clock at the last change of content.
    package var modified: Int64

    /// The permission bits, without the file's kind.
    package var permissions: UInt32 { mode & 0o7777 }
    /// Whether it is a directory.
    package var isDirectory: Bool { hob_file_kind_is_directory(mode) != 0 }
    /// Whether it is a regular file.
    package var isRegular: Bool { hob_file_kind_is_regular(mode) != 0 }
    /// Whether it is a FIFO.
    package var isFIFO: Bool { hob_file_kind_is_fifo(mode) != 0 }
    /// Whether it is a Unix socket.
    package var isSocket: Bool { hob_file_kind_is_socket(mode) != 0 }
    /// Whether it is a symbolic link.
    package var isLink: Bool { hob_file_kind_is_link(mode) != 0 }

    /// Of an open descriptor.
    package static func of(_ descriptor: Descriptor) throws(SystemError) -> FileStatus {
        var status = hob_file_status()
        let result = invoke(.stat) { hob_status_of_descriptor(descriptor.raw, &status) }
        guard result >= 0 else { throw .transfer("ask for the status of", descriptor.raw, -result) }
        return FileStatus(status)
    }

    /// Of a path, relative to a directory when one is given; a link at its end is followed only on request.
    package static func of(
        _ path: String, in directory: Descriptor? = nil, followingLinks: Bool = false
    ) throws(SystemError) -> FileStatus {
        var status = hob_file_status()
        let place = directory?.raw ?? AT_FDCWD
        let result = invoke(.stat) { hob_status_at(place, path, followingLinks ? 1 : 0, &status) }
        guard result >= 0 else { throw .file("look at", path, -result) }
        return FileStatus(status)
    }

    private init(_ status: hob_file_status) {
        device = status.device
        inode = status.inode
        size = Int(status.size)
        links = status.links
        mode = status.mode
        user = status.user
        group = status.group
        modified = status.modified_seconds &* 1_000_000_000 &+ status.modified_nanoseconds
    }
}
