import CHobSystem
import Glibc

/// A lock on an open file description (F_OFD_SETLK), gone with the last descriptor of that description.
///
/// Unlike POSIX locks it does not vanish when somebody closes another descriptor of the same file, and two threads
/// with descriptions of their own exclude each other.
package final class FileLock: Sendable {
    /// The description that holds the lock.
    package let descriptor: Descriptor

    private init(_ descriptor: Descriptor) {
        self.descriptor = descriptor
    }

    /// Takes over a description that has the lock already, from a process that shares it.
    package init(adopting descriptor: Descriptor) {
        self.descriptor = descriptor
    }

    /// Takes the lock of a file, which is made when missing; nil when somebody else holds it.
    package static func tryAcquire(
        _ path: String, in directory: Descriptor? = nil, exclusive: Bool = true, mode: UInt32 = 0o600
    ) throws(SystemError) -> FileLock? {
        let descriptor = try open(path, directory, mode)
        return try tryAcquire(descriptor, exclusive: exclusive) ? FileLock(descriptor) : nil
    }

    /// Takes the lock of a file, which is made when missing; waits as long as somebody else holds it.
    package static func acquire(
        _ path: String, in directory: Descriptor? = nil, exclusive: Bool = true, mode: UInt32 = 0o600
    ) throws(SystemError) -> FileLock {
        let descriptor = try open(path, directory, mode)
        let result = invoke(.ofdLock) { hob_lock_description(descriptor.raw, exclusive ? 1 : 0, 1) }
        guard result >= 0 else { throw .file("lock", path, -result) }
        return FileLock(descriptor)
    }

    /// Takes the lock of an open description; false when another description has it.
    package static func tryAcquire(_ descriptor: Descriptor, exclusive: Bool = true) throws(SystemError) -> Bool {
        let result = invoke(.ofdLock) { hob_lock_description(descriptor.raw, exclusive ? 1 : 0, 0) }
        if result == -EAGAIN { return false }
        guard result >= 0 else { throw .transfer("lock", descriptor.raw, -result) }
        return true
    }

    /// Whether another description's lock would refuse ours.
    package static func isHeldElsewhere(_ descriptor: Descriptor, exclusive: Bool = true) throws(SystemError) -> Bool {
        let result = invoke(.ofdLock) { hob_lock_is_held(descriptor.raw, exclusive ? 1 : 0) }
        guard result >= 0 else { throw .transfer("ask for the lock of", descriptor.raw, -result) }
        return result == 1
    }

    /// Gives the lock up before the descriptor is closed.
    package func release() throws(SystemError) {
        let result = invoke(.ofdLock) { hob_unlock_description(descriptor.raw) }
        guard result >= 0 else { throw .transfer("unlock", descriptor.raw, -result) }
    }

    private static func open(
        _ path: String, _ directory: Descriptor?, _ mode: UInt32
    ) throws(SystemError) -> Descriptor {
        let flags: OpenFlags = [.readWrite, .create, .noFollow]
        guard let directory else { return try Descriptor.open(path, flags: flags, mode: mode) }
        return try Descriptor.open(path, in: directory, flags: flags, mode: mode)
    }
}

/// Takes flock(2) on an open file description; false when another description holds it.
///
/// The guard of an instance's FIFO: it is held by every process that inherited the description, whatever it closes
/// besides 1 and 2, and is gone with the last of them.
package func flockExclusive(_ descriptor: Descriptor, waiting: Bool = false) throws(SystemError) -> Bool {
    let result = invoke(.flock) { flock(descriptor.raw, LOCK_EX | (waiting ? 0 : LOCK_NB)) }
    if result == -EWOULDBLOCK { return false }
    guard result >= 0 else { throw .transfer("lock", descriptor.raw, -result) }
    return true
}
