extension KeyTable {
    /// How it is known that a service may be used.
    static let ready = KeyTable(
        id: "ready", title: "Readiness",
        help: "How it is known that a service may be used: exactly one kind of evidence, and a time limit.",
        keys: [
            KeyDefinition(
                "tcp", .any([.integer(1...65_535), .text]),
                "`host:port`, or a port of this machine, accepts a connection. `localhost`, and no host, are both "
                    + "loopback addresses.",
                example: "ready: { tcp: 127.0.0.1:6379 }", synonyms: ["port"]),
            KeyDefinition(
                "unix", .text, "The Unix socket at this path accepts a connection.",
                example: "ready: { unix: run/app.sock }", synonyms: ["socket"]),
            KeyDefinition(
                "http", .pattern("^http://|\\$\\{", "URL"), "The URL answers GET with a good status.",
                example: "port: 8080\nready: { http: \"http://127.0.0.1:${PORT}/healthz\" }",
                synonyms: ["url", "https"]),
            KeyDefinition(
                "exec", .command, "The command exits with status 0; it is tried again until it does.",
                example: "ready: { exec: pg_isready -q, limit: 2s }", synonyms: ["command", "test"]),
            KeyDefinition(
                "log", .text, "A line of its output matches this POSIX extended regular expression.",
                example: "ready: { log: \"listening on port [0-9]+$\" }", synonyms: ["phrase", "pattern"]),
            KeyDefinition(
                "notify", .choice(["true"]), "It sends `READY=1` to `$NOTIFY_SOCKET`, as for systemd.",
                example: "ready: { notify: true, timeout: 20s }", synonyms: ["sd_notify"]),
            KeyDefinition(
                "fd", .integer(3...1_023), "It writes a line to this descriptor, as for s6.",
                example: "ready: { fd: 3 }", synonyms: ["descriptor", "notification-fd"]),
            KeyDefinition(
                "delay", .duration, "It has lived this long.", example: "ready: { delay: 2s }",
                synonyms: ["settle", "start_period"]),
            KeyDefinition(
                "status", .any([.integer(100...599), .pattern("^[0-9]+\\.\\.[0-9]+$|\\$\\{", "range of statuses")]),
                "The statuses that are good; for `http` only.", standard: "200..399",
                example: "ready: { http: \"http://localhost:8080/\", status: 200..299 }", synonyms: ["statuses"]),
            KeyDefinition(
                "limit", .duration, "How long one try may take; for `exec` only.", standard: "5s",
                example: "ready: { exec: pg_isready -q, limit: 2s }"),
            KeyDefinition(
                "timeout", .duration, "A process that is not ready by then is ended: the start has failed.",
                standard: "60s", example: "ready: { tcp: 6379, timeout: 10s }"),
        ],
        exactlyOne: ["tcp", "unix", "http", "exec", "log", "notify", "fd", "delay"],
        hints: ["interval": "tries come as fast as they are cheap, remove it"])

    /// When a service is started again.
    static let restart = KeyTable(
        id: "restart", title: "Restart", help: "When a process that ended by itself is started again, and how fast.",
        keys: [
            KeyDefinition(
                "on", .choice(["always", "failure", "never"]), "Which ends lead to a restart.",
                standard: "`always`; for tasks `failure`", example: "restart: { on: failure }",
                synonyms: ["condition", "policy", "when"]),
            KeyDefinition(
                "delay", .durationRange,
                "The delay doubles from the first value to the second; the first restart of a healthy service is at once.",
                standard: "100ms..30s", example: "restart: { delay: 100ms..30s }",
                synonyms: ["backoff", "startretries"]),
            KeyDefinition(
                "limit", .pattern("^[0-9]+ +in +[0-9].*$|\\$\\{", "number `in` duration"),
                "More unasked ends than this in any such stretch of time, and the service has `failed`.",
                standard: "no limit", example: "restart: { limit: 10 in 90s }", synonyms: ["max_attempts"]),
            KeyDefinition(
                "reset", .duration, "After so long a healthy life the delay begins anew.", standard: "10s",
                example: "restart: { reset: 10s }", synonyms: ["window"]),
            KeyDefinition(
                "jitter", .pattern("^[0-9]+(\\.[0-9]+)?%$|\\$\\{", "percentage"),
                "Each delay is moved by up to this share, so that many services do not return as one.",
                standard: "20%", example: "restart: { jitter: 20% }"),
            KeyDefinition(
                "success", .any([.list(.text), .text]),
                "Statuses and signals that count as a normal end, besides status 0.", standard: "`[0]`",
                example: "restart: { on: failure, success: [0, 3, TERM] }", synonyms: ["normal", "exitcodes"]),
            KeyDefinition(
                "retry", .any([.durationRange, .choice(["never"])]),
                "After this a `failed` service is tried again, or `never`.", standard: "30s..5m",
                example: "restart: { limit: 5 in 1m, retry: never }"),
        ])

    /// Where output goes.
    static let log = KeyTable(
        id: "log", title: "Logs", help: "How a service's output is kept.",
        keys: [
            KeyDefinition(
                "rotate", .any([.size, .choice(["never"])]), "The size at which a new file begins.", standard: "10MB",
                example: "log: { rotate: 10MB }", synonyms: ["max-size", "size"]),
            KeyDefinition(
                "rotate_every", .any([.duration, .choice(["never"])]), "The age at which a new file begins.",
                standard: "never",
                example: "log: { rotate_every: 1d }", synonyms: ["age"]),
            KeyDefinition(
                "keep", .integer(0...100_000), "How many finished files are kept.", standard: "10",
                example: "log: { keep: 10 }", synonyms: ["max-file", "count"]),
            KeyDefinition(
                "timestamps", .choice(["rfc3339", "none"]), "What stands before each line.", standard: "`rfc3339`",
                example: "log: { timestamps: none }", synonyms: ["timestamp"]),
            KeyDefinition(
                "compress", .boolean, "Whether finished files are compressed.", standard: "false",
                example: "log: { compress: true }", synonyms: ["gzip"]),
            KeyDefinition(
                "full", .choice(["block", "drop"]),
                "What happens while the file cannot be written: the service waits when its pipe is full, or its output "
                    + "is dropped and counted.", standard: "`block`",
                example: "log: { full: drop }", synonyms: ["on_full", "overflow"]),
        ])
}
