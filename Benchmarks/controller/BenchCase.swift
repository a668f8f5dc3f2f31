import HobController

/// One way in which a daemon comes up, goes, and tells about it.
struct BenchCase {
    /// What the daemon offers when it is ready.
    enum Sign: String {
        case tcp, unix, notify
    }

    /// "NAME:SIGN:daemon|foreground:START_MS:STOP_MS[:blocking]", as the script that compares says it.
    let name: String
    let sign: Sign
    let isForeground: Bool
    let startTime: String
    let stopTime: String
    let isBlocking: Bool

    init?(_ text: String) {
        let parts = text.split(separator: ":").map(String.init)
        guard parts.count >= 5, let sign = Sign(rawValue: parts[1]) else { return nil }
        name = parts[0]
        self.sign = sign
        isForeground = parts[2] == "foreground"
        startTime = parts[3]
        stopTime = parts[4]
        isBlocking = parts.last == "blocking"
    }

    /// A controller for it.
    ///
    /// - Parameters:
    ///   - daemon: The daemon's program, built from daemon.c.
    ///   - directory: Where its files go.
    func controller(daemon: String, directory: String, port: UInt16) throws -> DaemonController {
        let address =
            switch sign {
            case .tcp: "tcp:\(port)"
            case .unix: "unix:\(directory)/socket"
            case .notify: "notify"
            }
        let words = [
            daemon, "\(directory)/record", "\(directory)/pid", isForeground ? "foreground" : "daemon", startTime,
            stopTime, address,
        ]
        var configuration = DaemonController.Configuration(
            identifier: name, pidFile: "\(directory)/pid", startCommand: .words(words))
        switch sign {
        case .tcp: configuration.ping = .tcp(host: "127.0.0.1", port: port)
        case .unix: configuration.ping = .unix(path: "\(directory)/socket")
        case .notify: configuration.awaitsNotification = true
        }
        configuration.logFile = "\(directory)/log"
        configuration.daemonizes = isForeground
        return try DaemonController(configuration)
    }
}
