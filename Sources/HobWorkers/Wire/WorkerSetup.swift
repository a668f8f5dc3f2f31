import HobPolicy

/// What a pool tells a worker by its environment, before it can speak.
struct WorkerSetup: Hashable, Sendable {
    static let variable = "HOB_WORKER"
    /// The socket to the pool; the listeners follow.
    static let control: Int32 = 3

    /// Which of the declared workers.
    var worker: String
    /// The pool's name.
    var pool: String
    /// The number of its slot.
    var number: Int
    /// The build that the pool expects, with the file it was read from.
    var build: BuildID
    var drain: Duration
    /// How long it may be without a beat, and whether it beats by itself.
    var heartbeat: Duration?
    var beatsByItself = false
    var maximumRequests: Int?
    /// The names of its listeners, in the order of their descriptors.
    var listeners: [String] = []

    /// One line: fields apart by spaces, in which spaces cannot be.
    var text: String {
        let fields: [String] = [
            Self.escaped(worker), Self.escaped(pool), "\(number)", build.text, "\(drain.wholeNanoseconds)",
            heartbeat.map { "\($0.wholeNanoseconds)" } ?? "-", beatsByItself ? "1" : "0",
            maximumRequests.map { "\($0)" } ?? "-", listeners.isEmpty ? "-" : listeners.joined(separator: ","),
        ]
        return fields.joined(separator: " ")
    }

    /// Reads such a line; nil when it is none.
    init?(parsing text: String) {
        let fields = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 9, let number = Int(fields[2]), let build = BuildID(parsing: fields[3]),
            let drain = Int64(fields[4])
        else { return nil }
        worker = Self.unescaped(fields[0])
        pool = Self.unescaped(fields[1])
        self.number = number
        self.build = build
        self.drain = .nanoseconds(drain)
        heartbeat = Int64(fields[5]).map { .nanoseconds($0) }
        beatsByItself = fields[6] == "1"
        maximumRequests = Int(fields[7])
        listeners = fields[8] == "-" ? [] : fields[8].split(separator: ",").map(String.init)
    }

    init(worker: String, pool: String, number: Int, build: BuildID, drain: Duration) {
        self.worker = worker
        self.pool = pool
        self.number = number
        self.build = build
        self.drain = drain
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case " ": result += "%20"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func unescaped(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let percent = rest.firstIndex(of: "%") {
            result += rest[..<percent]
            let code = rest[percent...].prefix(3)
            result += code == "%20" ? " " : "%"
            rest = rest[percent...].dropFirst(3)
        }
        return result + rest
    }
}
