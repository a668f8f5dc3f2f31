import Glibc

/// The command line of `echo-server`, its paths absolute, since the daemon changes its directory.
struct EchoServerOptions {
    static let mode = "echo-server"
    private static let files: Set<String> = [
        "--unix", "--port-file", "-C", "-l", "-P", "--count-signals", "--double-fork-child", "--children-file",
        "--spawn-counter", "--environment-file",
    ]
    private static let others: Set<String> = [
        "--port", "--bind", "--log-message1", "--log-message2", "--log-every", "--wait1", "--wait2", "--stop-time",
        "--crash-signal", "--pid-file-delay", "--pid-file-text", "--remove-pid-file-at-exit", "--children", "--phrase",
        "--phrase-after", "--notify-after",
    ]
    private static let flags: Set<String> = [
        "--crash-before-bind", "--no-daemonize", "--ignore-sigterm", "--no-pid-file", "--http",
    ]

    private let options: ModeOptions
    private let directory: String
    let port: UInt16?
    let crashSignal: Int32?
    let removesPIDFile: Bool
    /// Files that hold the environment while the daemon runs.
    let environmentFiles: [String]

    init(_ arguments: [String]) {
        options = ModeOptions(arguments, mode: Self.mode, values: Self.files.union(Self.others), flags: Self.flags)
        if let word = options.words.first { ModeOptions.refuse(Self.mode, "unknown word '\(word)'") }
        var buffer = [CChar](repeating: 0, count: 4096)
        let current = getcwd(&buffer, buffer.count).map { String(cString: $0) } ?? "/"
        directory = current
        port = options["--port"].map { text in
            guard let port = UInt16(text) else { ModeOptions.refuse(Self.mode, "--port needs 0 to 65535") }
            return port
        }
        crashSignal = options["--crash-signal"].map { name in
            guard let number = ServiceSignals.number(named: name) else {
                ModeOptions.refuse(Self.mode, "--crash-signal needs a name such as XCPU, not '\(name)'")
            }
            return number
        }
        switch options["--remove-pid-file-at-exit"] {
        case nil, "yes": removesPIDFile = true
        case "no": removesPIDFile = false
        case let word?: ModeOptions.refuse(Self.mode, "--remove-pid-file-at-exit needs yes or no, not '\(word)'")
        }
        let named = getenv("ENV_FILE").map { String(cString: $0) }
        environmentFiles = [named, options["--environment-file"]].compactMap { $0 }.map {
            Self.absolute($0, in: current)
        }
    }

    func has(_ flag: String) -> Bool { options.has(flag) }

    func text(_ option: String) -> String? { options[option] }

    func number(_ option: String) -> Int { options.number(option) }

    func path(_ option: String) -> String? { options[option].map { Self.absolute($0, in: directory) } }

    /// The pid file, unless none is to be written.
    var pidFile: String? { has("--no-pid-file") ? nil : path("-P") }

    /// The milliseconds of an option in seconds, such as 0.15; zero without it.
    func milliseconds(_ option: String) -> Int {
        guard let text = options[option] else { return 0 }
        guard let seconds = Double(text), (0...86_400).contains(seconds) else {
            ModeOptions.refuse(Self.mode, "\(option) needs a number of seconds, not '\(text)'")
        }
        return Int((seconds * 1000).rounded())
    }

    private static func absolute(_ path: String, in directory: String) -> String {
        path.hasPrefix("/") ? path : "\(directory)/\(path)"
    }
}
