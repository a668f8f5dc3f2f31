import Glibc
import HobSystem

/// Everything of a process that a guest must leave as it was.
struct HostFacts: Equatable {
    private var facts: [String: String] = [:]

    /// As they are now.
    static func now() -> HostFacts {
        var facts = HostFacts()
        facts.facts["handlers"] = handlers()
        var mask = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &mask)
        facts.facts["signal mask"] = withUnsafeBytes(of: &mask) { "\($0.prefix(8).map { $0 })" }
        let mode = umask(0)
        umask(mode)
        facts.facts["umask"] = String(mode, radix: 8)
        facts.facts["directory"] = link("/proc/self/cwd")
        facts.facts["session and group"] = "\(getsid(0)) \(getpgrp())"
        facts.facts["limits"] = text("/proc/self/limits")
        facts.facts["environment"] = environment()
        facts.facts["subreaper and dumpable"] = "\(ProcessControl.isSubreaper) \(ProcessControl.isDumpable)"
        facts.facts["descriptors"] = descriptors()
        // Swift's own pool grows and shrinks as it likes.
        facts.facts["threads of guests"] = threads().filter { $0.hasPrefix("hob-") || $0 == "stand-in" }.joined(
            separator: " ")
        facts.facts["children"] = text("/proc/self/task/\(getpid())/children")
        return facts
    }

    /// Returns when the threads of hooks, locks and stand-ins have ended, a moment after what they were for.
    static func waitForGuestsToLeave() {
        let guests = ["stand-in", "hob-hook", "hob-ping", "hob-lock", "hob-resolve"]
        for _ in 0..<10_000 {
            if !threads().contains(where: { guests.contains($0) }) { return }
            usleep(1_000)
        }
    }

    /// What differs, for people.
    func differences(from other: HostFacts) -> [String] {
        facts.keys.sorted().filter { facts[$0] != other.facts[$0] }
            .map { "\($0): was \(other.facts[$0] ?? ""), is \(facts[$0] ?? "")" }
    }

    private static func threads() -> [String] {
        names(in: "/proc/self/task").map { String(text("/proc/self/task/\($0)/comm").prefix { $0 != "\n" }) }.sorted()
    }

    private static func handlers() -> String {
        (1...64).map { number in
            var action = sigaction()
            guard sigaction(Int32(number), nil, &action) == 0 else { return "-" }
            return withUnsafeBytes(of: &action) { $0.prefix(16).map { String($0, radix: 16) }.joined() }
        }.joined(separator: " ")
    }

    private static func environment() -> String {
        var entries: [String] = []
        var next = environ
        while let entry = next.pointee {
            entries.append(String(cString: entry))
            next = next.advanced(by: 1)
        }
        return entries.joined(separator: "\n")
    }

    private static func descriptors() -> String {
        names(in: "/proc/self/fd").compactMap(Int32.init).sorted()
            .compactMap { number in
                let target = link("/proc/self/fd/\(number)")
                // The directory that is being listed.
                return target.hasSuffix("/fd") || target.isEmpty ? nil : "\(number) \(target)"
            }.joined(separator: ", ")
    }

    private static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private static func link(_ path: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var text = ""
        var buffer = [CChar](repeating: 0, count: 4096)
        while fgets(&buffer, Int32(buffer.count), file) != nil {
            text += String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return text
    }
}
