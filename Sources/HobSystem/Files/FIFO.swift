import CHobSystem
import Glibc

/// A named FIFO in a directory: one per instance, made once, opened anew for each start.
package struct FIFO: Sendable {
    /// The directory it is in.
    package let directory: Descriptor
    /// Its name there.
    package let name: String
    /// Whether it was made just now, so that nobody has written into it.
    package let isNew: Bool

    /// Makes the FIFO, or takes the one that is there when it is a FIFO of ours.
    package static func make(
        at name: String, in directory: Descriptor, mode: UInt32 = 0o600
    ) throws(SystemError) -> FIFO {
        let result = invoke(.mkfifo) { hob_make_fifo(directory.raw, name, mode) }
        guard result >= 0 || result == -EEXIST else { throw .file("make the FIFO", name, -result) }
        let status = try FileStatus.of(name, in: directory)
        guard status.isFIFO else {
            throw SystemError(code: EEXIST, message: "\(name) is in the way: it is no FIFO; remove it")
        }
        return FIFO(directory: directory, name: name, isNew: result >= 0)
    }

    /// A description of its own, readable and writable, so that neither end ever sees an end of file or SIGPIPE.
    package func openReadWrite(nonBlocking: Bool = true) throws(SystemError) -> Descriptor {
        var flags: OpenFlags = [.readWrite, .noFollow]
        if nonBlocking { flags.insert(.nonBlocking) }
        return try Descriptor.open(name, in: directory, flags: flags)
    }

    /// Gives the FIFO to a user, so that a service that dropped root may open /dev/stdout.
    package func changeOwner(user: UInt32, group: UInt32) throws(SystemError) {
        let result = invoke(.chown) {
            fchownat(directory.raw, name, user, group, Int32(AT_SYMLINK_NOFOLLOW))
        }
        guard result >= 0 else { throw .file("change the owner of", name, -result) }
    }

    /// Removes the name; open descriptions live on.
    package func remove() throws(SystemError) {
        try directory.remove(name)
    }
}
