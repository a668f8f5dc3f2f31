import Glibc

/// Who has started this process.
enum Surroundings {
    /// Whether a supervisor (hobd, systemd, runit, s6, a container) watches it: then it stays in the foreground.
    ///
    /// Read at the first use: the variables are taken out of the environment later.
    static let isSupervised: Bool = {
        if getenv("NOTIFY_SOCKET") != nil { return true }
        if let text = getenv("SYSTEMD_EXEC_PID"), Int32(String(cString: text)) == getpid() { return true }
        // The only process of a container: its end would be the container's.
        if getpid() == 1 { return true }
        // These are always the parents of what they run.
        return ["hobd", "runsv", "s6-supervise", "supervise"].contains(parentName())
    }()

    /// The environment variables.
    static var variables: [String: String] {
        var values: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                values[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next = next.advanced(by: 1)
        }
        return values
    }

    private static func parentName() -> String? {
        guard let file = fopen("/proc/\(getppid())/comm", "r") else { return nil }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 64)
        guard fgets(&buffer, 64, file) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
