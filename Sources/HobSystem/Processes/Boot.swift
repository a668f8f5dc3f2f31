import CHobSystem
import Glibc
import Synchronization

/// What stays the same for as long as the machine and this process run.
package enum Boot {
    /// The boot's UUID.
    package static func identifier() throws(SystemError) -> String {
        if let known = cache.withLock({ $0.identifier }) { return known }
        let file = try Descriptor.open("/proc/sys/kernel/random/boot_id")
        let text = String(decoding: try file.readAll(limit: 256).prefix { $0 != 10 }, as: UTF8.self)
        cache.withLock { $0.identifier = text }
        return text
    }

    /// The inode of our own pid namespace.
    package static func pidNamespace() throws(SystemError) -> UInt64 {
        if let known = cache.withLock({ $0.namespace }) { return known }
        let inode = try FileStatus.of("/proc/self/ns/pid", followingLinks: true).inode
        cache.withLock { $0.namespace = inode }
        return inode
    }

    private struct Known {
        var identifier: String?
        var namespace: UInt64?
    }
    private static let cache = Mutex(Known())
}
