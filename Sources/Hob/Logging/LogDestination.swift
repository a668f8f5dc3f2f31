import HobPolicy

/// Where lines of the log go.
public enum LogDestination: Sendable, Hashable {
    /// A file, appended to; `mode` is what it is created with, less the umask. Without a format: the log's own.
    case file(String, format: LogFormat? = nil, mode: UInt32 = 0o640)
    /// Descriptor 1.
    case standardOutput(LogFormat? = nil)
    /// Descriptor 2.
    case standardError(LogFormat? = nil)
    /// The syslog daemon behind a datagram socket.
    case syslog(path: String = "/dev/log", dialect: SyslogDialect = .rfc3164, facility: SyslogFacility = .daemon)
    /// systemd's journal, in its native protocol.
    case journal(path: String = "/run/systemd/journal/socket")

    /// Reads what a configuration says: `stdout`, `stderr`, `syslog`, `journal`, or the path of a file.
    public init(parsing text: String, format: LogFormat? = nil) {
        switch text {
        case "stdout", "-": self = .standardOutput(format)
        case "stderr": self = .standardError(format)
        case "syslog": self = .syslog()
        case "journal": self = .journal()
        default: self = .file(text, format: format)
        }
    }

    /// Whether lines go to a descriptor that the process was started with.
    var isStandardStream: Bool {
        switch self {
        case .standardOutput, .standardError: true
        case .file, .syslog, .journal: false
        }
    }

    /// What would be right for destinations of a configuration that are not; nil when they are.
    ///
    /// A word without a slash is no file here: `sylsog` must not become one.
    static func refusal(_ words: [String]) -> String? {
        let names = ["stdout", "stderr", "syslog", "journal"]
        var seen: Set<String> = []
        for word in words {
            guard seen.insert(word).inserted else { return "each destination once ('\(word)' is there twice)" }
            if names.contains(word) || (word.contains("/") && !word.hasSuffix("/")) { continue }
            let near = Spelling.didYouMean(word, among: names) ?? "a file in this directory is './\(word)'"
            return "a list of stdout, stderr, syslog, journal and paths of files ('\(word)' is none: \(near))"
        }
        return nil
    }
}
