extension KeyTable {
    /// One service.
    static let service = KeyTable(
        id: "service", title: "A service", help: "What is run, and how it is kept alive.",
        keys: commandKeys + environmentKeys + processKeys + orderKeys + lifeKeys,
        required: ["command"],
        later: [
            "health": "until then only 'ready' is probed",
            "limits": "until then 'rlimits' sets the kernel's own limits",
            "schedule": "until then let cron run 'hob start'",
            "listen": "until then the service binds its own sockets",
        ],
        hints: [
            "image": "Hob runs programs, not images: write 'command'", "build": "build before 'hob up', or in a task",
        ])

    private static let commandKeys: [KeyDefinition] = [
        KeyDefinition(
            "command", .command,
            "The program and its arguments. A text is split into words at blanks, with `'…'`, `\"…\"` and `\\` as in a "
                + "shell; there is no globbing and no pipe. A list is taken word by word. A program without a slash is "
                + "searched in `PATH`.",
            example: "command: redis-server --port 6399 --save \"\"",
            synonyms: ["cmd", "exec", "run", "script", "entrypoint", "execstart", "program"]),
        KeyDefinition(
            "shell", .boolean, "Whether `/bin/sh -c` runs the command, which is then one text.", standard: "false",
            example: "command: echo $HOME | tr a-z A-Z\nshell: true"),
        KeyDefinition(
            "type", .choice(["service", "task"]), "A service runs for ever, a task to completion.",
            standard: "`service`", example: "type: task", synonyms: ["kind"]),
        KeyDefinition(
            "directory", .text, "Where it runs, seen from the file.", standard: "the directory of the file",
            example: "directory: .", synonyms: ["working_dir", "working_directory", "workingdirectory", "cwd", "dir"]),
        KeyDefinition(
            "instances", .integer(0...100_000),
            "How many processes. Once it is written, they are called `web@1`, `web@2` and so on.", standard: "1",
            example: "instances: 4", synonyms: ["replicas", "numprocs", "count", "scale", "concurrency"]),
        KeyDefinition(
            "port", .integer(1...65_535),
            "The port of the first instance; the next ones count up. It is `${PORT}` in the service's texts and `PORT` "
                + "in its environment.",
            example: "port: 8080", synonyms: ["ports"]),
    ]

    private static let environmentKeys: [KeyDefinition] = [
        KeyDefinition(
            "environment", .any([.mapping(of: .any([.text, .null])), .list(.text)]),
            "Variables, as a mapping or a list of `NAME=value`; one without a value is taken from the environment of "
                + "`hob`.",
            example: "environment: { APP_ENV: production, WORKERS: 4 }", synonyms: ["env", "environments", "variables"]),
        KeyDefinition(
            "env_file", .any([.text, .table(environmentFile), .list(.any([.text, .table(environmentFile)]))]),
            "Files of variables, seen from the file; a later one wins over an earlier, `environment` over all.",
            example: "env_file: { path: local.env, required: false }",
            synonyms: ["environment_file", "environmentfile", "dotenv", "envfile"]),
    ]

    private static let processKeys: [KeyDefinition] = [
        KeyDefinition(
            "user", .text, "The user it runs as, by name or number; group and groups follow, unless they are written.",
            example: "user: root", synonyms: ["uid", "setuid", "runas"]),
        KeyDefinition(
            "group", .text, "The group it runs as, by name or number.", standard: "the user's own",
            example: "group: root", synonyms: ["gid", "setgid"]),
        KeyDefinition(
            "groups", .list(.text), "The supplementary groups, by name or number.", standard: "the user's",
            example: "groups: [root, 4]", synonyms: ["group_add", "supplementarygroups"]),
        KeyDefinition(
            "umask", .pattern("^[0-7]{1,4}$|\\$\\{", "octal number"), "File mode bits to leave out, in octal.",
            example: "umask: \"027\""),
        KeyDefinition(
            "nice", .integer(-20...19), "The scheduling priority: 19 is the most patient.", example: "nice: 10",
            synonyms: ["priority", "niceness"]),
        KeyDefinition(
            "rlimits", .mapping(of: .any([limitValue, .table(limit)]), names: limitNames),
            "Resource limits as in setrlimit(2): `as`, `core`, `cpu`, `data`, `fsize`, `memlock`, `msgqueue`, `nice`, "
                + "`nofile`, `nproc`, `rss`, `rtprio`, `rttime`, `sigpending`, `stack`. One value sets both halves.",
            example: "rlimits: { nofile: 4096, core: unlimited, memlock: 64MiB }",
            synonyms: ["ulimits", "rlimit", "ulimit"]),
        KeyDefinition(
            "oom_score_adj", .integer(-1_000...1_000), "How readily the kernel ends it when memory runs out.",
            example: "oom_score_adj: -500", synonyms: ["oom_score_adjust", "oomscoreadjust", "oom"]),
        KeyDefinition(
            "chroot", .text, "The new root directory; `directory` is then seen from inside it, and `/` by default.",
            example: "chroot: /", synonyms: ["root", "rootdirectory"]),
        KeyDefinition(
            "no_new_privileges", .boolean, "Whether setuid programs give it no more rights than it has.",
            standard: "false", example: "no_new_privileges: true",
            synonyms: ["no_new_privs", "nonewprivileges", "security_opt"]),
        KeyDefinition(
            "cgroup", .pattern("^/|\\$\\{", "absolute path"), "The cgroup v2 directory it starts in.",
            example: "cgroup: /sys/fs/cgroup/app", synonyms: ["cgroup_parent", "slice"]),
    ]

    private static let limitNames =
        "^(as|core|cpu|data|fsize|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack)$"

    private static let orderKeys: [KeyDefinition] = [
        KeyDefinition(
            "after", .any([.text, .list(.text)]),
            "Services or groups that must be ready, or tasks that must be done, before it starts, if they are wanted "
                + "at all.",
            example: "after: []", synonyms: ["depends_on", "depends", "links", "start_after"]),
        KeyDefinition(
            "requires", .any([.text, .list(.text)]),
            "Services or groups that are started with it, must be ready before it, and take it down with them.",
            example: "requires: []", synonyms: ["require", "needs", "bindsto"]),
        KeyDefinition(
            "ready", .table(ready), "How it is known that it may be used.",
            standard: "it has lived 250 ms, and counts as `running`", example: "ready: { tcp: 6399, timeout: 10s }",
            synonyms: ["readiness", "healthcheck", "ready_when"]),
    ]

    private static let lifeKeys: [KeyDefinition] = [
        KeyDefinition(
            "restart", .any([.choice(["always", "failure", "never"]), .table(restart)]),
            "When it is started again after it ended by itself.", standard: "`always`; for tasks `never`",
            example: "restart: failure", synonyms: ["respawn", "autorestart", "restart_policy"]),
        KeyDefinition(
            "stop", .any([stopStep, .list(stopStep), .table(stop)]),
            "The ladder of signals, or a command, that ends it; the last rung is always SIGKILL to the whole tree.",
            standard: "`[TERM 10s, KILL]`", example: "stop: [QUIT 5s, TERM 5s, KILL]",
            synonyms: ["stop_signal", "stopsignal", "stop_grace_period", "kill", "execstop"]),
        KeyDefinition(
            "reload", .any([.pattern("^[A-Za-z0-9+]+$|\\$\\{", "signal"), .table(reload)]),
            "The signal, or the command, that makes it read its configuration again.", example: "reload: HUP",
            synonyms: ["reload_signal", "execreload"]),
        KeyDefinition(
            "before_start", hookShape, "Runs before the process; a failure aborts the start.",
            example: "before_start: mkdir -p data", synonyms: ["pre_start", "prestart", "execstartpre", "pre-start"]),
        KeyDefinition(
            "after_start", hookShape, "Runs when the process is ready; the service is ready after its success.",
            example: "after_start: { command: ./bin/warm, timeout: 10s }",
            synonyms: ["post_start", "poststart", "execstartpost", "post-start"]),
        KeyDefinition(
            "before_stop", hookShape, "Runs before the first signal; a failure refuses a stop that is not forced.",
            example: "before_stop: [./bin/drain, --now]", synonyms: ["pre_stop", "prestop", "pre-stop"]),
        KeyDefinition(
            "after_stop", hookShape, "Runs after each end; the next start waits for it.",
            example: "after_stop: { command: \"rm -f run/*.pid\", shell: true }",
            synonyms: ["post_stop", "poststop", "execstoppost", "finish", "post-stop"]),
        KeyDefinition(
            "watchdog", .duration, "It must send `WATCHDOG=1` to `$NOTIFY_SOCKET` this often, or is restarted.",
            example: "watchdog: 30s", synonyms: ["watchdogsec"]),
        KeyDefinition(
            "notify", .boolean, "Whether it gets a `$NOTIFY_SOCKET` although its readiness is known otherwise.",
            standard: "false", example: "notify: true", synonyms: ["notify_socket"]),
        KeyDefinition(
            "log", .table(log), "How its output is kept.", example: "log: { rotate: 10MB, keep: 10 }",
            synonyms: ["logging", "logs"]),
    ]

    private static let hookShape = ValueShape.any([.command, .table(hook)])
}
