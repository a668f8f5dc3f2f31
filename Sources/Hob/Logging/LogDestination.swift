/// Where lines of the log go.
public enum LogDestination: Sendable, Hashable {
    /// A file, appended to; `mode` is what it is created with, less the umask.
    case file(String, format: LogFormat = .text, mode: UInt32 = 0o640)
    /// Descriptor 1.
    case standardOutput(LogFormat? = nil)
    /// Descriptor 2.
    case standardError(LogFormat? = nil)
    /// The syslog daemon behind a datagram socket.
    case syslog(path: String = "/dev/log", dialect: SyslogDialect = .rfc3164, facility: SyslogFacility = .daemon)
    /// systemd's journal, in its native protocol.
    case journal(path: String = "/run/systemd/journal/socket")

    /// Reads what a configuration says: `stdout`, `stderr`, `syslog`, `journal`, or the path of a file.
    public init(parsing text: String, format: LogFormat = .text) {
        switch text {
        case "stdout", "-": self = .standardOutput(format)
        case "stderr": self = .standardError(format)
        case "syslog": self = .syslog()
        case "journal": self = .journal()
        default: self = .file(text, format: format)
        }
    }
}
