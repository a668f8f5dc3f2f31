import Glibc

/// Where the handler leaves the signals' numbers for the poll of this process; each fork opens its own.
private nonisolated(unsafe) var signalPipe: Int32 = -1

/// TERM, INT, QUIT and HUP, taken by a poll among other descriptors, and put on record when a test counts them.
struct SignalInbox {
    static let caught = [SIGTERM, SIGINT, SIGQUIT, SIGHUP]

    /// Readable when a signal has come.
    let descriptor: Int32
    private let record: String?

    /// Catches from now on; in a forked process this lets go of its parent's inbox.
    ///
    /// - Parameter record: A file that gets a line "NAME MS PID" for each signal.
    init(record: String?) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            writeText("hob-fixture: cannot make a pipe: \(String(cString: strerror(errno)))\n", to: STDERR_FILENO)
            exit(71)
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        descriptor = ends[0]
        self.record = record
        if signalPipe >= 0 { close(signalPipe) }
        signalPipe = ends[1]
        for number in Self.caught {
            signal(number) { number in
                let code = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(signalPipe, &byte, 1)
                errno = code
            }
        }
        var set = ServiceSignals.set(Self.caught)
        sigprocmask(SIG_UNBLOCK, &set, nil)
    }

    /// What has come since the last call, on record now.
    func take() -> [Int32] {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return [] }
        let signals = bytes[..<count].map { Int32($0) }
        if let record {
            for number in signals {
                appendLine("\(ServiceSignals.name(of: number)) \(monotonicMilliseconds()) \(getpid())", to: record)
            }
        }
        return signals
    }

    /// Waits for signals or for one of the descriptors; returns at the deadline (monotonic ms) at the latest, and
    /// sometimes for nothing.
    func wait(until deadline: Int?, also entries: inout [pollfd]) {
        entries.insert(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), at: 0)
        let left = deadline.map { max(0, $0 - monotonicMilliseconds()) }
        let count = poll(&entries, nfds_t(entries.count), left.map { Int32(clamping: $0) } ?? -1)
        entries.removeFirst()
        // After EINTR what stands there is old.
        if count < 0 { for index in entries.indices { entries[index].revents = 0 } }
    }

    /// Before a fork: what comes between the fork and the child's own inbox, or `letGo`, waits.
    static func hold() { ServiceSignals.block(caught) }

    /// In a child that catches nothing: signals have their usual effect, those included that came since the fork.
    static func letGo() {
        for number in caught { signal(number, SIG_DFL) }
        var set = ServiceSignals.set(caught)
        sigprocmask(SIG_UNBLOCK, &set, nil)
    }

    /// Ends this process by the signal, without a core file.
    static func die(by number: Int32) -> Never {
        var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(4), &noCore)
        signal(number, SIG_DFL)
        var set = ServiceSignals.set([number])
        sigprocmask(SIG_UNBLOCK, &set, nil)
        kill(getpid(), number)
        // Not reached but for signals that end nobody, such as CONT.
        exit(70)
    }
}
