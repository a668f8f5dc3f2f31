import CHobSystem
import Glibc

/// Resource limits of running processes, our own first.
package enum ProcessLimits {
    /// Soft and hard value of a limit; `pid` 0 is the caller.
    package static func get(_ resource: Resource, pid: Int32 = 0) throws(SystemError) -> (soft: UInt64, hard: UInt64) {
        var soft: UInt64 = 0
        var hard: UInt64 = 0
        let result = invoke(.prlimit) { hob_prlimit(pid, resource.number, nil, nil, &soft, &hard) }
        guard result >= 0 else { throw .process("read \(resource.name) of", pid, -result) }
        return (soft: soft, hard: hard)
    }

    /// Sets a limit; `pid` 0 is the caller.
    package static func set(_ limit: ResourceLimit, pid: Int32 = 0) throws(SystemError) {
        var soft = limit.soft ?? 0
        var hard = limit.hard ?? 0
        let result = invoke(.prlimit) {
            withUnsafePointer(to: &soft) { soft in
                withUnsafePointer(to: &hard) { hard in
                    hob_prlimit(
                        pid, limit.resource.number, limit.soft == nil ? nil : soft, limit.hard == nil ? nil : hard,
                        nil, nil)
                }
            }
        }
        guard result >= 0 else { throw .process("set \(limit.resource.name) of", pid, -result) }
    }

    /// Raises our soft limit of open files to the hard one; answers the pair it had, for our children.
    @discardableResult
    package static func raiseOpenFiles() throws(SystemError) -> (soft: UInt64, hard: UInt64) {
        let original = try get(.openFiles)
        if original.soft < original.hard { try set(ResourceLimit(.openFiles, soft: original.hard)) }
        return original
    }
}
