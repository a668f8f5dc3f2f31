extension KeyTable {
    /// The whole file.
    static let file = KeyTable(
        id: "file", title: "The file", help: "What a `hob.yml` is made of.",
        keys: [
            KeyDefinition(
                "services", .mapping(of: .table(service), names: nameForm),
                "The services by name. A name has letters, digits, `_`, `.` and `-`, begins with a letter or digit and "
                    + "is at most 64 characters long.",
                example: "services:\n  web:\n    command: ./bin/web", synonyms: ["service", "processes", "programs"]),
            KeyDefinition(
                "groups", .mapping(of: .list(.text), names: nameForm),
                "Names for several services at once: `hob stop backends`. A group cannot have the name of a service.",
                example: "groups:\n  backends: [web]", synonyms: ["group", "profiles"]),
            KeyDefinition(
                "name", namePattern, "What the project is called.", standard: "the name of the directory",
                example: "name: shop", synonyms: ["project"]),
        ],
        required: ["services"], hints: ["version": "it has no meaning here, remove it"], allowsExtensions: true)

    /// What services, groups and projects may be called.
    static let namePattern = ValueShape.pattern(nameForm, "name")

    private static let nameForm = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"

    /// A command with its time limit: hooks.
    static let hook = KeyTable(
        id: "hook", title: "A hook", help: "A command that helps a service along.",
        keys: commandKeys(in: "before_start"),
        required: ["command"])

    /// How a service is told to read its configuration again.
    static let reload = KeyTable(
        id: "reload", title: "Reload by a command",
        help: "A command that makes the service read its configuration again; `MAINPID` is in its environment.",
        keys: commandKeys(in: "reload"), required: ["command"])

    /// How a service is stopped by a command.
    static let stop = KeyTable(
        id: "stop", title: "Stop by a command",
        help:
            "The command asks the service to go; when it is not gone at the command's time limit, the signals follow.",
        keys: commandKeys(in: "stop") + [
            KeyDefinition(
                "signals", .any([.list(stopStep), stopStep]), "The signals after the command.",
                standard: "`[TERM 10s, KILL]`", example: "stop: { command: ./bin/quit, signals: [TERM 5s, KILL] }")
        ],
        required: ["command"])

    /// One rung of the ladder of signals.
    static let stopStep = ValueShape.pattern(
        "^\\s*[A-Za-z0-9+]+(\\s+[0-9].*)?$|\\$\\{", "signal and time, such as `TERM 10s`")

    private static func commandKeys(in key: String) -> [KeyDefinition] {
        [
            KeyDefinition(
                "command", .command, "What to run.", example: "\(key): { command: ./bin/helper }",
                synonyms: ["cmd", "exec", "run", "script"]),
            KeyDefinition(
                "shell", .boolean, "Whether `/bin/sh -c` runs the command, which is then one text.", standard: "false",
                example: "\(key): { command: ./bin/helper | logger, shell: true }"),
            KeyDefinition(
                "timeout", .duration, "After this it is killed and counts as failed.", standard: "30s",
                example: "\(key): { command: ./bin/helper, timeout: 5s }"),
        ]
    }

    /// A file of variables that may be absent.
    static let environmentFile = KeyTable(
        id: "environment-file", title: "A file of variables", help: "A file of variables that may be absent.",
        keys: [
            KeyDefinition("path", .text, "The file.", example: "env_file: { path: local.env, required: false }"),
            KeyDefinition(
                "required", .boolean, "Whether it is an error that the file is missing.", standard: "true",
                example: "env_file: { path: local.env, required: false }", synonyms: ["optional"]),
        ],
        required: ["path"])

    /// The two halves of a resource limit.
    static let limit = KeyTable(
        id: "limit", title: "A resource limit", help: "The two halves of a limit; one that is missing is left alone.",
        keys: [
            KeyDefinition(
                "soft", limitValue, "What holds.", example: "rlimits: { nofile: { soft: 1024, hard: 4096 } }"),
            KeyDefinition(
                "hard", limitValue, "What the process may raise it to.",
                example: "rlimits: { core: { soft: 0, hard: unlimited } }"),
        ])

    /// One value of a resource limit.
    static let limitValue = ValueShape.any([.integer(0...Int.max), .choice(["unlimited"]), .size])
}
