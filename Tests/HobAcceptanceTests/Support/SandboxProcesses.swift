import Glibc
import HobSupervisorCore
import HobSystem
import HobTestKit

/// Finds what runs on behalf of a sandbox, by every trace that a process cannot help to leave.
struct SandboxProcesses: CustomStringConvertible {
    let pid: Int32
    /// How it was recognised, and its command line.
    let description: String
    private let handle: ProcessHandle

    /// All living processes with the sandbox's directory, environment, command line or tag.
    static func find(path: String, runtime: String) -> [SandboxProcesses] {
        let scope = ProcessTag.scope(named: runtime, below: nil).map(UInt64.init)
        let proc = try? Descriptor.open("/proc", flags: [.readOnly, .directory])
        return ((try? proc?.names()) ?? []).compactMap(Int32.init).filter { $0 != getpid() }.compactMap { pid in
            // Held before it is looked at, so that the number keeps its meaning.
            guard let handle = try? ProcessHandle.open(pid: pid), let facts = ProcessFacts.of(pid: pid),
                facts.state != UInt8(ascii: "Z"), facts.state != UInt8(ascii: "X")
            else { return nil }
            var traces: [String] = []
            let command = text("/proc/\(pid)/cmdline")
            if command.contains(path) { traces.append("command line") }
            if text("/proc/\(pid)/environ").contains("HOB_SANDBOX=\(path)\u{0}") { traces.append("environment") }
            if link("/proc/\(pid)/cwd").hasPrefix(path) { traces.append("directory") }
            if let scope, let tag = ProcessTree.tag(of: pid), tag >> 42 == scope { traces.append("tag") }
            guard !traces.isEmpty, !handle.hasExited else { return nil }
            let words = command.split(separator: "\u{0}").joined(separator: " ")
            return SandboxProcesses(
                pid: pid, description: "\(pid) (\(words)), known by \(traces.joined(separator: ", "))", handle: handle)
        }
    }

    /// Ends it at once.
    func kill() {
        _ = try? handle.signal(.kill)
        _ = handle.waitForExit(until: .now() + .seconds(5))
    }

    private static func text(_ path: String) -> String {
        let bytes = try? Descriptor.open(path).readAll(limit: 4 << 20)
        return String(decoding: bytes ?? [], as: UTF8.self)
    }

    private static func link(_ path: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
