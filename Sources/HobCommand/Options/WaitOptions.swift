import ArgumentParser

/// How long to wait for the goal.
struct WaitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Wait at most this long, such as 10s; the supervisor goes on after that.", valueName: "time"))
    var timeout: TimeLimit?

    @Flag(help: "Return as soon as the order is accepted.")
    var noWait = false

    func validate() throws {
        if noWait, timeout != nil { throw ValidationError("--timeout and --no-wait exclude each other") }
    }

    /// What the request says: nil does not wait.
    var milliseconds: Int64? {
        noWait ? nil : (timeout?.milliseconds ?? 300_000)
    }
}
