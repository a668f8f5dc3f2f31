/// What hobd is told on its command line; `hob` makes it, people rarely do.
package struct SupervisorOptions: Sendable, Hashable {
    /// The runtime directory: sockets, FIFOs, the staging area; on a tmpfs.
    package var runtime = ""
    /// The state directory: what was applied, and what is wanted.
    package var state = ""
    /// The directory of the log files.
    package var logs = ""
    /// What the scope is called in messages.
    package var name = "hob"
    /// Where to say `ready`, or what is wrong.
    package var readyDescriptor: Int32?
    /// Whether to start what the stored set wants.
    package var start = false
    /// The keeper's line, which only a keeper gives.
    package var keeperLink: Int32?
    /// The table of what the keeper holds.
    package var held: Int32?
    /// Whether to adopt and answer, but start and stop nothing by itself.
    package var isSafe = false
    /// Whether to run without a keeper.
    package var isAlone = false
    /// How long the control thread may be busy with one wake-up before the process ends itself.
    package var patience: Duration = .seconds(10)
    /// The words as they came.
    package var words: [String] = []
    /// System calls that shall fail, for tests: `clone:3:EAGAIN`, or `@FILE` with such a plan.
    package var faults: String?

    private static var flags: [String: WritableKeyPath<SupervisorOptions, Bool>] {
        ["--start": \.start, "--safe": \.isSafe, "--no-keeper": \.isAlone]
    }
    private static let values: Set<String> = [
        "--runtime", "--state", "--logs", "--name", "--ready-fd", "--faults", "--keeper-link", "--held",
        "--patience",
    ]

    /// Reads the words after the program's name.
    ///
    /// - Returns: the options, or the sentence that says what is wrong.
    package static func parse(_ words: [String]) -> Result<SupervisorOptions, UsageError> {
        var options = SupervisorOptions()
        options.words = words
        var rest = words[...]
        while let word = rest.popFirst() {
            if let flag = flags[word] {
                options[keyPath: flag] = true
                continue
            }
            guard values.contains(word) else {
                return .failure(UsageError(message: "unknown option '\(word)'"))
            }
            guard let value = rest.popFirst() else {
                return .failure(UsageError(message: "\(word) needs a value"))
            }
            switch word {
            case "--runtime": options.runtime = value
            case "--state": options.state = value
            case "--logs": options.logs = value
            case "--name": options.name = value
            case "--faults": options.faults = value
            case "--patience":
                guard let seconds = Int(value), (1...3_600).contains(seconds) else {
                    return .failure(UsageError(message: "--patience needs 1 to 3600 seconds, not '\(value)'"))
                }
                options.patience = .seconds(seconds)
            default:
                guard let number = Int32(value), number > 2 else {
                    return .failure(UsageError(message: "\(word) needs a descriptor above 2, not '\(value)'"))
                }
                switch word {
                case "--keeper-link": options.keeperLink = number
                case "--held": options.held = number
                default: options.readyDescriptor = number
                }
            }
        }
        for (name, value) in [("--runtime", options.runtime), ("--state", options.state), ("--logs", options.logs)]
        where !value.hasPrefix("/") {
            return .failure(UsageError(message: "\(name) needs an absolute directory"))
        }
        return .success(options)
    }

    /// The text of `hobd --help`.
    package static let help = """
        hobd: keeps services in their wanted state. It is started by `hob up` and `hob supervise`; see `hob --help`.

        Usage: hobd --runtime DIR --state DIR --logs DIR [--name NAME] [--ready-fd N] [--start] [--safe] [--no-keeper]

          --runtime DIR   sockets, FIFOs and the log staging area; on a tmpfs
          --state DIR     what was applied and what is wanted; survives a boot
          --logs DIR      the services' log files
          --name NAME     what this scope is called in messages
          --ready-fd N    write `ready`, or `error: …`, to this descriptor
          --start         start what the stored definitions want
          --safe          take over what runs and answer, but start nothing until `hob resume`
          --no-keeper     one process, which nobody starts anew when it dies; services it leaves behind are orphans
          --patience S    a control thread that is stuck for so long ends the supervisor (10), which the keeper mends
          --self-check --runtime DIR
                          whether this hobd could go on from the journal there
          --help, --version

        hobd is two processes: the keeper, which you start, and the supervisor, which the keeper starts anew when it dies.

        Example: hobd --runtime /run/hob/demo --state /var/lib/hob --logs /var/log/hob --start

        """

    /// A command line that cannot be followed.
    package struct UsageError: Error, Hashable {
        /// What is wrong.
        package var message: String
    }
}
