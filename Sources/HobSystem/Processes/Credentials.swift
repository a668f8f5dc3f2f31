import CHobSystem
import Glibc

/// User and groups of this process, of all its threads: the C library sees to that.
package struct Credentials: Sendable, Hashable {
    /// Real, effective and saved user.
    package var user: UInt32
    /// Real, effective and saved group.
    package var group: UInt32
    /// All other groups.
    package var groups: Set<UInt32>

    /// Credentials from their parts.
    package init(user: UInt32, group: UInt32, groups: Set<UInt32>) {
        self.user = user
        self.group = group
        self.groups = groups
    }

    /// Whether this process has exactly these already.
    package var arePresent: Bool {
        var present = [UInt32](repeating: 0, count: 65_536)
        let count = hob_get_groups(&present, Int32(present.count))
        return hob_is_user_and_group(user, group) != 0 && count >= 0 && groups == Set(present.prefix(Int(count)))
    }

    /// Gives the process these, for ever.
    ///
    /// - Throws: What the kernel refuses; also when it says yes and it is not so, or root could come back. Then the
    ///   process is half of each and must end.
    package func assume() throws(SystemError) {
        let others = groups.sorted()
        let grouped = invoke(.setid) { hob_set_groups(others, others.count) }
        guard grouped >= 0 else { throw refusal("take the groups of user \(user)", -grouped) }
        let joined = invoke(.setid) { hob_set_group(group) }
        guard joined >= 0 else { throw refusal("take group \(group)", -joined) }
        let become = invoke(.setid) { hob_set_user(user) }
        guard become >= 0 else { throw refusal("become user \(user)", -become) }
        if let thread = try strayThread() {
            throw SystemError(
                code: EPERM, message: "thread \(thread) has not become user \(user): change it on the main thread")
        }
        guard arePresent, user == 0 || hob_can_become_root() == 0 else {
            throw SystemError(
                code: EPERM,
                message: "user \(user) could become root again: a security module or capability is in the way")
        }
        // As after an exec: core files, and a /proc/self of its own.
        try ProcessControl.makeDumpable()
    }

    /// A thread that is still somebody else. The C library leaves out those that are about to end, and a main thread
    /// that serves Dispatch's main queue is such a one for ever.
    private func strayThread() throws(SystemError) -> String? {
        let threads = try Descriptor.open("/proc/self/task", flags: [.readOnly, .directory])
        let wanted = [
            "Uid:" + String(repeating: "\t\(user)", count: 4), "Gid:" + String(repeating: "\t\(group)", count: 4),
        ]
        for thread in try threads.names() {
            let file: Descriptor
            do throws(SystemError) { file = try Descriptor.open("\(thread)/status", in: threads) } catch {
                // It has ended meanwhile.
                if error.code == ENOENT || error.code == ESRCH { continue }
                throw error
            }
            let lines = String(decoding: try file.readAll(limit: 65_536), as: UTF8.self).split(separator: "\n")
            if !wanted.allSatisfy({ line in lines.contains { $0 == line } }) { return thread }
        }
        return nil
    }

    private func refusal(_ verb: String, _ code: Int32) -> SystemError {
        let reason =
            switch code {
            case EPERM: "not permitted: it takes CAP_SETUID and CAP_SETGID"
            case EINVAL: "it does not exist in this user namespace"
            case EAGAIN: "that user has too many processes"
            default: SystemError.text(of: code)
            }
        return SystemError(code: code, message: "cannot \(verb): \(reason)")
    }
}
