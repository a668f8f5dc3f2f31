import ArgumentParser
import HobConfig

/// How it is known that it can be used.
struct ControlReadinessOptions: ParsableArguments, ControlOptionGroup {
    @Option(help: .key("ping", "ping"))
    var ping: String?

    @Flag(inversion: .prefixedNo, help: .key("notify"))
    var notify: Bool?

    @Option(help: .key("ready_phrase", "regex"))
    var readyPhrase: String?

    @Option(help: .key("ping_interval", "time"))
    var pingInterval: String?

    @Option(help: .key("start_timeout", "time"))
    var startTimeout: String?

    @Option(help: .key("start_abort_timeout", "time"))
    var startAbortTimeout: String?

    @Option(help: .key("log_inactivity_timeout", "time"))
    var logInactivityTimeout: String?

    var flags: [ControlFlag] {
        text("ping", "ping", ping) + flag("notify", "notify", notify)
            + text("ready_phrase", "ready-phrase", readyPhrase)
            + text("ping_interval", "ping-interval", pingInterval)
            + text("start_timeout", "start-timeout", startTimeout)
            + text("start_abort_timeout", "start-abort-timeout", startAbortTimeout)
            + text("log_inactivity_timeout", "log-inactivity-timeout", logInactivityTimeout)
    }
}
