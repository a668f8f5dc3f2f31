import ArgumentParser
import HobConfig

/// How it ends.
struct ControlStopOptions: ParsableArguments, ControlOptionGroup {
    @Option(help: .key("stop", "signals"))
    var stopSignal: String?

    @Option(help: .key("stop_timeout", "time"))
    var stopTimeout: String?

    @Option(help: .key("stop_command", "command"))
    var stopCommand: String?

    @Option(help: .key("restart_command", "command"))
    var restartCommand: String?

    @Flag(inversion: .prefixedNo, help: .key("ignore_invalid_pid_file"))
    var ignoreInvalidPidFile: Bool?

    var flags: [ControlFlag] {
        text("stop", "stop-signal", stopSignal) + text("stop_timeout", "stop-timeout", stopTimeout)
            + command("stop_command", "stop-command", stopCommand)
            + command("restart_command", "restart-command", restartCommand)
            + flag("ignore_invalid_pid_file", "ignore-invalid-pid-file", ignoreInvalidPidFile)
    }
}
