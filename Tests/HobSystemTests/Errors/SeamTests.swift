import Glibc
import HobSystem
import Testing

/// No system call of hobd goes round the seam, so that a fault plan reaches all of them.
@Suite(.blocking) struct SeamTests {
    /// What may be called directly, and why; `NAME@FILE` where only that file may.
    private static let direct: [String: String] = [
        "hob_monitor_": "locks do not fail", "hob_word_": "memory", "hob_load_": "memory", "hob_store_": "memory",
        "hob_find": "memory", "hob_regex_": "memory", "hob_errno_": "names", "hob_signal_": "names",
        "hob_file_kind_": "names", "hob_format_numeric": "names", "hob_parse_numeric": "names",
        "hob_open_path_flag": "a constant", "hob_open_nameless_flag": "a constant",
        "hob_pidfd_group_flag": "a constant",
        "hob_pidfd_info": "a constructor; the call is in the seam", "hob_is_": "no failure but of the arguments",
        "hob_gettid": "cannot fail", "hob_get_": "no failure but of the arguments", "hob_set_thread_name": "cosmetic",
        "hob_monotonic_now": "a clock", "hob_wall_clock": "a clock", "hob_birth_time": "0 where it is unknown",
        "hob_epoll_remove": "frees only", "hob_inotify_remove": "frees only", "hob_discard_pages": "frees only",
        "hob_abort_timer_": "set and delete of a timer that exists", "hob_faults_": "the seam itself",
        "hob_block_signals": "no failure but of the arguments", "hob_socket_error": "asks a socket for its errno",
        "hob_grow_descriptor_table": "a precaution",
        "hob_pipe@Descriptor+Opening.swift": "wrapped on the line before", "munmap": "frees only",
        "hob_socketpair@Descriptor+Opening.swift": "wrapped on the line before",
        "hob_pidfd_send_signal@SpawnTicket.swift": "our own child, which nobody has reaped",
        "hob_prlimit@SystemError+Calls.swift": "a number in a message", "access@ProcessTree.swift": "asked once",
        "hob_open_at@FaultPlan.swift": "lifts faults", "Glibc.write@DaemonLog.swift": "nobody is left to be told",
        "hob_received": "a structure", "hob_file_status": "a structure", "hob_credentials": "a structure",
        "hob_exit": "a structure", "hob_signal": "a structure", "hob_address": "a structure",
        "hob_spawn_": "structures; the call is in the seam", "hob_keeper_": "structures of the keeper's link",
        "Glibc.close": "frees only", "poll": "no failure but EINTR, which is tried again",
        "usleep@EventLoop.swift": "a pause", "usleep@MarkSearch.swift": "a pause",
        "usleep@FaultPlan.swift": "a fault",
        "usleep@Supervisor.swift": "a pause before the loop runs", "hob_be_lean": "a precaution",
        "hob_give_back_memory": "frees only", "hob_stand_in": "words of memory; the call is in the seam",
        "access@PortHolder.swift": "a hint in a message",
        "fcntl@HeldDescriptors.swift": "asks what is open",
        "hob_shutdown_writing": "an end told to a peer that may be gone already",
        "hob_unblock_signals": "pthread_sigmask, which fails only on a bad argument",
        "hob_can_become_root": "a question whose failure is the wanted answer",
        "hob_ignores_signal": "asks for a disposition; fails only on a bad number",
    ]

    /// Names of the C library that no method of ours has.
    private static let library: Set<String> = [
        "pread", "pwrite", "mmap", "munmap", "mkdir", "fsync", "fdatasync", "ftruncate", "posix_fallocate", "fchownat",
        "fchmodat", "poll", "readlink", "access", "dup", "dup2", "fcntl", "ioctl", "usleep", "nanosleep", "waitpid",
        "unlinkat", "openat", "renameat", "sendmsg", "recvmsg", "setsockopt", "getsockopt",
    ]

    @Test func `every system call of hobd goes through the seam, or has its reason here`() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/Sources"
        var used: Set<String> = []
        for target in ["HobSystem", "HobSupervisor"] {
            for path in try Self.files(in: "\(root)/\(target)") where path.hasSuffix(".swift") {
                let file = String(path.split(separator: "/").last ?? "")
                let text = try String(
                    decoding: Descriptor.open(path, flags: [.readOnly]).readAll(limit: 1 << 20), as: UTF8.self)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                for (number, line) in lines.enumerated() {
                    for name in Self.calls(in: line) {
                        let around = lines[max(0, number - 5)...number].joined(separator: "\n")
                        if around.contains("invoke(") { continue }
                        let reason = Self.direct.keys.first { key in
                            let parts = key.split(separator: "@")
                            return name.hasPrefix(parts[0]) && (parts.count == 1 || parts[1] == file)
                        }
                        if let reason { used.insert(reason) }
                        #expect(reason != nil, "\(file):\(number + 1) calls \(name) past invoke(_:)")
                    }
                }
            }
        }
        #expect(used.count > 20, "the search finds nothing any more")
    }

    /// The functions of the kernel and of CHobSystem that a line calls.
    private static func calls(in line: Substring) -> [String] {
        let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
        var names: [String] = []
        var rest = code[...]
        while let paren = rest.firstIndex(of: "(") {
            let name = rest[..<paren].reversed().prefix { $0.isLetter || $0.isNumber || "._".contains($0) }.reversed()
            let word = String(name)
            if word.hasPrefix("hob_") || word.hasPrefix("Glibc.") || library.contains(word) { names.append(word) }
            rest = rest[rest.index(after: paren)...]
        }
        return names
    }

    private static func files(in path: String) throws -> [String] {
        let directory = try Descriptor.open(path, flags: [.readOnly, .directory])
        return try directory.names().flatMap { name in
            let inner = "\(path)/\(name)"
            return try FileStatus.of(name, in: directory).isDirectory ? try files(in: inner) : [inner]
        }
    }
}
