import ArgumentParser

/// What the process of a daemon becomes, and how it logs: flags for the keys that every daemon has. They are named after
/// these, so that `--user` and `--directory` stay free for the daemon's own options.
struct ProcessOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Whom root becomes before it runs: a name or a number.", valueName: "user"))
    var daemonUser: String?
    @Option(help: ArgumentHelp("The group, when it is not the user's own.", valueName: "group"))
    var daemonGroup: String?
    @Option(help: ArgumentHelp("Where it goes before it runs.", valueName: "directory"))
    var daemonDirectory: String?
    @Option(help: ArgumentHelp("What its new files do not allow, such as 027.", valueName: "octal"))
    var daemonUmask: String?
    @Option(
        help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?
    @Option(help: ArgumentHelp("text or json.", valueName: "format")) var logFormat: String?

    /// The flags that were given, as the keys that they set.
    var flags: [ConfigurationFlag] {
        let all: [(String, String, String?)] = [
            ("--daemon-user", "daemon.user", daemonUser), ("--daemon-group", "daemon.group", daemonGroup),
            ("--daemon-directory", "daemon.directory", daemonDirectory),
            ("--daemon-umask", "daemon.umask", daemonUmask),
            ("--log-level", "log.level", logLevel), ("--log-format", "log.format", logFormat),
        ]
        return all.compactMap { name, key, value in
            value.map { ConfigurationFlag(name: name, key: key, value: $0) }
        }
    }
}
