/// What the echo server says at set times, whatever else it does meanwhile.
struct EchoSchedule {
    private var phrase: (text: String, due: Int)?
    private var readiness: Int?
    private var line: (due: Int, interval: Int)?
    private var lines = 0

    /// Says nothing.
    init() {}

    init(_ options: EchoServerOptions, from now: Int) {
        if let text = options.text("--phrase") { phrase = (text, now + options.milliseconds("--phrase-after")) }
        if options.text("--notify-after") != nil { readiness = now + options.milliseconds("--notify-after") }
        let interval = options.number("--log-every")
        if interval > 0 { line = (now + interval, interval) }
    }

    /// When something is due, in monotonic milliseconds.
    var next: Int? { [phrase?.due, readiness, line?.due].compactMap { $0 }.min() }

    /// Says what is due.
    mutating func run(at now: Int) {
        if let due = phrase, due.due <= now {
            phrase = nil
            writeText(due.text + "\n")
        }
        if let due = readiness, due <= now {
            readiness = nil
            NotifyMode.notify("READY=1")
        }
        if let due = line, due.due <= now {
            lines += 1
            writeText("still here, line \(lines)\n")
            line = (max(due.due + due.interval, now + 1), due.interval)
        }
    }
}
