import Glibc

/// `report`: prints the state it was started in, one `key=value` a line.
enum ReportMode {
    static func run(_ arguments: [String]) -> Int32 {
        // Descriptors first: what this process opens itself is not to be reported.
        var lines = descriptors().map { "fd=\($0)" }
        lines.append("argv0=\(CommandLine.arguments[0])")
        lines += arguments.map { "argument=\($0)" }
        lines.append("pid=\(getpid())")
        lines.append("ppid=\(getppid())")
        lines.append("session=\(getsid(0))")
        lines.append("group-leader=\(getpgrp())")
        lines.append("nice=\(getpriority(0, 0))")
        let mask = umask(0)
        lines.append("umask=\(String(mask, radix: 8))")
        lines.append("cwd=\(link("/proc/self/cwd") ?? "?")")
        lines.append("root=\(link("/proc/self/root") ?? "?")")
        lines.append("oom=\(contents("/proc/self/oom_score_adj").split(separator: "\n").first ?? "?")")
        for line in contents("/proc/self/status").split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].split(whereSeparator: { $0 == "\t" || $0 == " " }).joined(separator: " ")
            switch parts[0] {
            case "Uid": lines.append("uid=\(value)")
            case "Gid": lines.append("gid=\(value)")
            case "Groups": lines.append("groups=\(value)")
            case "SigBlk": lines.append("blocked=\(value)")
            case "SigIgn": lines.append("ignored=\(value)")
            case "NoNewPrivs": lines.append("no-new-privileges=\(value)")
            default: break
            }
        }
        lines += contents("/proc/self/limits").split(separator: "\n").dropFirst().map { "limit=\($0)" }
        var entry = environ
        while let variable = entry.pointee {
            lines.append("environment=\(String(cString: variable))")
            entry += 1
        }
        writeText(lines.joined(separator: "\n") + "\n")
        return 0
    }

    private static func descriptors() -> [String] {
        (0..<1024).compactMap { number in link("/proc/self/fd/\(number)").map { "\(number) \($0)" } }
    }

    private static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &buffer, buffer.count)
        guard count >= 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func contents(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
