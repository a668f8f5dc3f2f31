import CHobKeeper
import Glibc

/// `obey DIRECTORY --keeper-link N --held N [--safe]`: the supervisor of a real keeper, which does what the lines of
/// the FIFO `commands` say and reports to the FIFO `reports`.
///
/// The keeper is `hob-fixture --keeper obey DIRECTORY`. A file `crash` ends each life at its beginning, with the
/// status in it or, when that is above 128, by a signal.
final class ObeyMode {
    private let directory: String
    private let line: KeeperLine
    private let commands: Int32
    private let reports: Int32
    private var readsLink = true
    private var takesNews = true
    private var outlivesKeeper = false

    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(
            arguments, mode: "obey", values: ["--keeper-link", "--held", "--ready-fd"], flags: ["--safe"])
        ServiceSignals.limitLifetime()
        // The keeper's signals reach a test's whole group now and then; this one hears of them by its link.
        signal(SIGPIPE, SIG_IGN)
        let mode = ObeyMode(
            options.requiredWord("DIRECTORY", mode: "obey"),
            KeeperLine(link: Int32(options.number("--keeper-link")), table: Int32(options.number("--held"))))
        mode.reportStart(options)
        mode.crashIfTold()
        mode.obey()
    }

    private init(_ directory: String, _ line: KeeperLine) {
        self.directory = directory
        self.line = line
        // Read and write, so that neither end ever sees an end of file or waits in open.
        commands = open("\(directory)/commands", O_RDWR | O_CLOEXEC)
        reports = open("\(directory)/reports", O_RDWR | O_CLOEXEC)
    }

    private func report(_ text: String) {
        writeText(text + "\n", to: reports)
    }

    private func reportStart(_ options: ModeOptions) {
        var files = rlimit()
        getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &files)
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = max(0, readlink("/proc/self/exe", &buffer, buffer.count))
        let executable = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        report(
            "started pid=\(getpid()) keeper=\(getppid()) safe=\(options.has("--safe") ? 1 : 0) "
                + "files=\(files.rlim_cur) original=\(line.origin.original_files) mask=\(hob_keeper_signal_mask()) "
                + "oom=\(ownOOMScore()) original-oom=\(line.origin.original_oom) "
                + "ready-fd=\(options["--ready-fd"] ?? "none") comm=\(ownName()) held=\(line.held.count) exe=\(executable)"
        )
    }

    private func ownOOMScore() -> Int {
        let file = open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 16)
        let count = max(0, read(file, &text, text.count))
        return Int(String(decoding: text[..<count].prefix { $0 != 10 }, as: UTF8.self)) ?? .min
    }

    private func ownName() -> String {
        let file = open("/proc/self/comm", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var name = [UInt8](repeating: 0, count: 32)
        let count = max(0, read(file, &name, name.count))
        return String(decoding: name[..<count].filter { $0 != 10 }, as: UTF8.self)
    }

    private func crashIfTold() {
        guard let file = fopen("\(directory)/crash", "r") else { return }
        var status: Int32 = 0
        var digit = fgetc(file)
        while digit >= 48 && digit <= 57 {
            status = status * 10 + digit - 48
            digit = fgetc(file)
        }
        fclose(file)
        end(status)
    }

    /// Ends with a status or, above 128, by a signal.
    private func end(_ status: Int32) -> Never {
        if status > 128 {
            var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
            setrlimit(__rlimit_resource_t(4), &noCore)
            kill(getpid(), status - 128)
        }
        _exit(status)
    }

    // MARK: The loop

    private func obey() -> Never {
        var pending: [UInt8] = []
        while true {
            var entries = [
                pollfd(fd: commands, events: Int16(POLLIN), revents: 0),
                pollfd(fd: readsLink ? line.link : -1, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&entries, 2, -1)
            if entries[1].revents != 0 {
                if let message = line.receive() { take(message) } else { keeperGone() }
            }
            guard entries[0].revents != 0 else { continue }
            // Byte by byte: what this life does not obey is left for the next.
            var byte: UInt8 = 0
            while read(commands, &byte, 1) == 1, byte != 10 { pending.append(byte) }
            let words = String(decoding: pending, as: UTF8.self).split(separator: " ").map(String.init)
            pending = []
            if !words.isEmpty { follow(words) }
        }
    }

    private func keeperGone() {
        report("keeper gone")
        if !outlivesKeeper { exit(0) }
    }

    private func take(_ message: hob_keeper_message) {
        switch UInt32(message.kind) {
        case HOB_KEEPER_STORED.rawValue:
            report("stored \(message.role).\(message.slot).\(message.index) \(message.status)")
        case HOB_KEEPER_UPGRADED.rawValue: report("upgraded \(message.status)")
        case HOB_KEEPER_STATUS.rawValue: report("status \(fate(message))")
        case HOB_KEEPER_STATUS_ANY.rawValue: report("any \(fate(message))")
        case HOB_KEEPER_CHILD.rawValue:
            report("child")
            if takesNews { line.send(KeeperLine.message(HOB_KEEPER_TAKEN)) }
        case HOB_KEEPER_SIGNAL.rawValue:
            report("signal \(message.status)")
            if takesNews { send(HOB_KEEPER_TAKEN, status: message.status) }
        default: report("unknown \(message.kind)")
        }
    }

    private func fate(_ message: hob_keeper_message) -> String {
        switch message.flags {
        case HOB_KEEPER_EXITED.rawValue: "\(message.pid) ended \(message.status)"
        case HOB_KEEPER_ALIVE.rawValue: "\(message.pid) alive"
        default: "\(message.pid) none"
        }
    }

    private func send(_ kind: hob_keeper_kind, pid: Int32 = 0, status: Int32 = 0) {
        var message = KeeperLine.message(kind)
        message.pid = pid
        message.status = status
        line.send(message)
    }

    // MARK: Commands

    private func follow(_ words: [String]) {
        func number(_ place: Int) -> Int32 { words.count > place ? Int32(words[place]) ?? -1 : -1 }
        func key(_ place: Int) -> UInt32 { UInt32(max(0, number(place))) }
        switch words[0] {
        case "ready": send(HOB_KEEPER_READY)
        case "stopping": send(HOB_KEEPER_STOPPING)
        case "resumed": send(HOB_KEEPER_RESUMED)
        case "status": send(HOB_KEEPER_ASK, pid: number(1))
        case "any": send(HOB_KEEPER_ASK_ANY)
        case "release": send(HOB_KEEPER_RELEASE, pid: number(1))
        case "store":
            let label = words.count > 5 ? words[5] : ""
            _ = line.store(key(1), key(2), key(3), label: label, open(words[4], O_RDWR | O_CREAT | O_CLOEXEC, 0o600))
        case "store-nothing": send(HOB_KEEPER_STORE)
        case "drop": line.drop(key(1), key(2), key(3))
        case "store-many": storeMany(Int(number(1)))
        case "table": reportTable()
        case "spawn": report("spawned \(ChildProcess.spawnSelf(Array(words.dropFirst()), silent: true) ?? -1)")
        case "upgrade":
            line.send(KeeperLine.message(HOB_KEEPER_UPGRADE), descriptor: open(words[1], O_RDONLY | O_CLOEXEC))
        case "flood": flood(Int(number(1)))
        case "deaf": readsLink = false
        case "outlive": outlivesKeeper = true
        case "heedless": takesNews = false
        case "succeed": line.becomeKeeper(["obey", directory], in: directory)
        case "echo": report(words.joined(separator: " "))
        case "end": end(number(1))
        default: report("not understood: \(words[0])")
        }
    }

    private func storeMany(_ count: Int) {
        var done = 0
        var refused = 0
        func takeAnswer() {
            guard let answer = line.receive() else { end(70) }
            if answer.status == 0 { done += 1 } else { refused += 1 }
        }
        for slot in 0..<count {
            let descriptor = KeeperLine.namelessFile(in: directory)
            while !line.store(3, UInt32(slot), 0, label: "", descriptor) {
                // No room, or too many descriptors under way: an answer says that one is through.
                takeAnswer()
            }
        }
        while done + refused < count { takeAnswer() }
        report("stored-many \(done) refused \(refused)")
    }

    private func reportTable() {
        let entries = line.held.prefix(20).map { record in
            var facts = stat()
            fstat(record.descriptor, &facts)
            let label = withUnsafeBytes(of: record.label) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            return "\(record.role).\(record.slot).\(record.index)=\(facts.st_ino)\(label.isEmpty ? "" : ":" + label)"
        }
        report((["table"] + entries.sorted()).joined(separator: " "))
    }

    /// Asks and asks and reads no answer.
    private func flood(_ count: Int) {
        var sent = 0
        var message = KeeperLine.message(HOB_KEEPER_ASK)
        message.pid = getpid()
        while sent < count, line.send(message) { sent += 1 }
        report("flooded \(sent)")
    }
}
