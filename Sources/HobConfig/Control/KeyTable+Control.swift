extension KeyTable {
    /// One daemon that `hob control` starts and stops.
    static let control = KeyTable(
        id: "control", title: "Keys and flags",
        help: "Each key of the file is a flag as well, which wins over the file.",
        keys: commandControlKeys + processControlKeys + readyControlKeys + stopControlKeys,
        hints: [
            "services": "this is a file for 'hob up': 'hob control' takes the keys of one daemon, 'command' and so on"
        ],
        allowsExtensions: true)

    private static let commandControlKeys: [KeyDefinition] = [
        KeyDefinition(
            "command", .command,
            "Starts the daemon. It must put itself into the background and return 0, unless daemonize is set.",
            example: "command: searchd -c sphinx.conf",
            synonyms: ["start_command", "start", "cmd", "exec", "run", "execstart", "program"]),
        KeyDefinition(
            "shell", .boolean, "Let /bin/sh run the command, which is then one text.", standard: "false",
            example: "command: searchd -c \"$HOME/sphinx.conf\"\nshell: true"),
        KeyDefinition(
            "identifier", .text, "The daemon's name in messages.",
            standard: "the pid file's name without directory and .pid", example: "identifier: searchd",
            synonyms: ["name", "id"]),
        KeyDefinition(
            "pid_file", .text, "The file with the daemon's pid; always needed.",
            example: "pid_file: run/searchd.pid", synonyms: ["pidfile", "pid"]),
        KeyDefinition(
            "log_file", .text,
            "The daemon's log: what is added to it during a start is part of the error, and silence can end a start. "
                + "/dev/stderr and the like are inherited.",
            example: "log_file: log/searchd.log", synonyms: ["logfile", "log"]),
        KeyDefinition(
            "lock_file", .text, "The file that lets one start or stop happen at a time; it stays.",
            standard: "the pid file with .lock behind it", example: "lock_file: run/searchd.lock",
            synonyms: ["lockfile", "lock"]),
        KeyDefinition(
            "daemonize", .boolean,
            "The command stays in the foreground: it gets a session of its own, its output goes into the log file, and "
                + "its pid file is written for it.",
            standard: "false", example: "daemonize: true", synonyms: ["detach", "background", "foreground", "fork"]),
        KeyDefinition(
            "before_start", .any([.text, .list(.text)]),
            "A line for /bin/sh that runs before each start, under the lock; when it fails there is no start, and its "
                + "output is the error. In a file, a list is words instead.",
            example: "before_start: test -e index || ./make-index",
            synonyms: ["pre_start", "prestart", "execstartpre", "before"]),
    ]

    private static let processControlKeys: [KeyDefinition] = [
        KeyDefinition(
            "directory", .text, "Where the daemon and all the commands run.",
            standard: "the file's directory, else the current one", example: "directory: .",
            synonyms: ["working_dir", "working_directory", "workingdirectory", "cwd", "dir", "chdir"]),
        KeyDefinition(
            "umask", .pattern("^[0-7]{1,4}$|\\$\\{", "octal number"),
            "Permission bits taken from files that the daemon makes.", standard: "that of hob",
            example: "umask: \"027\""),
        KeyDefinition(
            "environment", .any([.mapping(of: .any([.text, .null])), .list(.text)]),
            "Variables beside those of hob, which the daemon gets as well.", example: "environment: { LANG: C.UTF-8 }",
            synonyms: ["env", "variables"]),
        KeyDefinition(
            "unset", .any([.text, .list(.text)]), "Variables that the daemon does not get.",
            example: "unset: [DISPLAY, SSH_AUTH_SOCK]", synonyms: ["unset_environment", "unsetenvironment"]),
        KeyDefinition(
            "keep_fd", .any([.integer(3...1_048_575), .list(.integer(3...1_048_575))]),
            "Descriptors of hob that the daemon keeps under their numbers; all others but 0, 1 and 2 are closed.",
            example: "keep_fd: [3, 4]", synonyms: ["keep_fds", "fd", "fds", "keep_ios", "descriptors"]),
    ]

    private static let readyControlKeys: [KeyDefinition] = [
        KeyDefinition(
            "ping", .any([.text, .table(controlPing)]),
            "How to find out whether the daemon can be used: tcp:HOST:PORT, unix:PATH, http://HOST:PORT/PATH or "
                + "exec:COMMAND.",
            example: "ping: { tcp: localhost:9312 }", synonyms: ["ready", "ping_command", "health", "probe", "check"]),
        KeyDefinition(
            "notify", .boolean, "READY=1 over sd_notify(3) is awaited, too.", standard: "false",
            example: "notify: true", synonyms: ["sd_notify"]),
        KeyDefinition(
            "ready_phrase", .text,
            "A POSIX extended regular expression that a line of the log or the output must match, too.",
            example: "ready_phrase: \"accepting connections$\"", synonyms: ["phrase", "log_phrase", "pattern"]),
        KeyDefinition(
            "ping_interval", .duration, "The longest pause between two pings; the first ones follow each other faster.",
            standard: "100ms", example: "ping_interval: 50ms", synonyms: ["interval"]),
        KeyDefinition(
            "start_timeout", .duration, "From the taken lock until the daemon can be used, what runs before included.",
            standard: "30s", example: "start_timeout: 25s", synonyms: ["timeout", "timeoutstartsec"]),
        KeyDefinition(
            "start_abort_timeout", .duration,
            "How long a daemon that failed to start may take to end after SIGTERM, before SIGKILL.", standard: "10s",
            example: "start_abort_timeout: 5s"),
        KeyDefinition(
            "log_inactivity_timeout", .any([.duration, .choice(["off"])]),
            "How long a daemon that was launched may leave its log unchanged before it counts as failed; off for ever.",
            standard: "10s", example: "log_inactivity_timeout: off", synonyms: ["log_file_activity_timeout"]),
    ]

    private static let stopControlKeys: [KeyDefinition] = [
        KeyDefinition(
            "stop", .any([.text, .list(stopStep)]),
            "The signal that asks the daemon to end, or a ladder of them such as QUIT 1s, TERM 1s, KILL. SIGKILL to "
                + "the whole tree ends it in any case.",
            standard: "TERM", example: "stop: [QUIT 1s, TERM 1s, KILL]",
            synonyms: ["stop_signal", "signal", "killsignal", "stopsignal", "kill_signal"]),
        KeyDefinition(
            "stop_timeout", .duration, "From the first signal to the end of the whole tree; then it is killed.",
            standard: "30s", example: "stop_timeout: 10s", synonyms: ["timeoutstopsec", "kill_timeout"]),
        KeyDefinition(
            "stop_command", .any([.command, .table(controlCommand)]), "Stops the daemon instead of signals.",
            example: "stop_command: searchd -c sphinx.conf --stop", synonyms: ["execstop"]),
        KeyDefinition(
            "restart_command", .any([.command, .table(controlCommand)]),
            "Restarts the daemon instead of a stop and a start.", example: "restart_command: apachectl graceful",
            synonyms: ["reload_command", "execreload"]),
        KeyDefinition(
            "ignore_invalid_pid_file", .boolean,
            "A pid file that is empty or garbage makes stop do nothing, instead of running the stop command.",
            standard: "false", example: "ignore_invalid_pid_file: true",
            synonyms: ["dont_stop_if_pid_file_invalid", "leave_alone_if_pid_file_invalid"]),
    ]

    /// How to find out whether a daemon can be used.
    static let controlPing = KeyTable(
        id: "control-ping", title: "Ping", help: "How to find out whether the daemon can be used.",
        keys: [
            KeyDefinition(
                "tcp", .any([.integer(1...65_535), .text]),
                "HOST:PORT, or a port of this machine, accepts a connection. All addresses of the host are tried; "
                    + "localhost is 127.0.0.1 and ::1.",
                example: "ping: { tcp: localhost:9312 }", synonyms: ["port"]),
            KeyDefinition(
                "unix", .text, "The Unix socket at this path accepts a connection.",
                example: "ping: { unix: run/searchd.sock }", synonyms: ["socket"]),
            KeyDefinition(
                "http", .pattern("^http://|\\$\\{", "URL"), "The URL answers GET with a status from 200 to 399.",
                example: "ping: { http: \"http://127.0.0.1:8080/healthz\" }", synonyms: ["url", "https"]),
            KeyDefinition(
                "exec", .any([.command, .table(controlCommand)]), "The command exits with 0 within 5 seconds.",
                example: "ping: { exec: pg_isready -q }", synonyms: ["command", "test"]),
        ],
        exactlyOne: ["tcp", "unix", "http", "exec"])

    /// A command that may be one for a shell.
    static let controlCommand = KeyTable(
        id: "control-command", title: "A command for a shell",
        help: "Where a command may be written, this is one as well.",
        keys: [
            KeyDefinition(
                "command", .command, "What to run.",
                example: "stop_command: { command: kill $(cat run/searchd.pid), shell: true }",
                synonyms: ["cmd", "exec", "run", "script"]),
            KeyDefinition(
                "shell", .boolean, "Whether /bin/sh runs the command, which is then one text.", standard: "false",
                example: "stop_command: { command: ./quit | logger, shell: true }"),
        ],
        required: ["command"])
}
