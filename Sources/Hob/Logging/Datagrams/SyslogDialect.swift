/// The two forms of a syslog message.
public enum SyslogDialect: String, Sendable, Hashable, CaseIterable {
    /// `<30>Nov 21 07:23:49 name[pid]: …`, what every /dev/log understands.
    case rfc3164
    /// `<30>1 2026-11-21T07:23:49.123Z host name pid - - …`
    case rfc5424
}

/// Which part of a system a message comes from.
public enum SyslogFacility: UInt8, Sendable, Hashable, CaseIterable {
    case user = 1
    case mail = 2
    case daemon = 3
    case auth = 4
    case cron = 9
    case local0 = 16
    case local1, local2, local3, local4, local5, local6, local7
}
