import Glibc
import HobClient
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// Every system call that hobd makes in its life fails once, and for a while; hobd stays, answers, and comes back.
@Suite(.blocking) struct ExhaustionTests {
    /// The sites that a life comes by every time; those it comes by at times are tried when it does.
    private static let known: Set<String> = [
        "control/accept", "control/bind", "control/epollControl", "control/epollWait", "control/fcntl",
        "control/flock", "control/getdents", "control/mkfifo", "control/open", "control/pidfdOpen",
        "control/pidfdSendSignal", "control/pipe", "control/prlimit", "control/read", "control/recvmsg",
        "control/socket", "control/sockopt", "control/stat", "control/unlink", "control/waitid", "control/write",
        "log-compressor/open", "log-compressor/rename", "log-compressor/stat", "log-compressor/unlink",
        "log-compressor/waitid", "log-reader/epollControl", "log-reader/epollWait", "log-reader/ioctl",
        "log-reader/read", "log-writer/open", "log-writer/rename", "log-writer/stat", "log-writer/unlink",
        "log-writer/write", "prober/connect", "prober/epollControl", "prober/epollWait", "prober/socket",
        "prober/sockopt", "spawner/clone", "state/fsync", "state/open", "state/rename", "state/write",
    ]

    /// What a call may fail with, and whether it may do so for a while or only once.
    private struct Failures {
        var codes: [String]
        var lasts = true
    }

    /// Exhaustive on purpose: a call that is new in the seam does not compile until somebody says how it fails.
    private static func failures(of call: SystemCall) -> Failures {
        switch call {
        case .open: Failures(codes: ["EMFILE", "ENFILE", "ENOMEM", "ENOSPC"])
        case .read: Failures(codes: ["EIO"], lasts: false)
        case .write: Failures(codes: ["ENOSPC", "EIO"])
        case .dup, .pipe, .socketpair, .eventfd, .memfd, .signalfd, .inotify, .epollCreate, .pidfdOpen,
            .pidfdGetDescriptor:
            Failures(codes: ["EMFILE", "ENOMEM"])
        case .fcntl, .ioctl, .getdents, .readlink, .mmap, .sockopt, .pidfdInfo: Failures(codes: ["ENOMEM"])
        case .stat, .statfs: Failures(codes: ["EIO", "ENOMEM"])
        case .mkdir, .mkfifo, .rename, .bind: Failures(codes: ["ENOSPC", "EROFS"])
        case .unlink, .chmod, .chown: Failures(codes: ["EROFS"])
        case .fsync, .ftruncate, .fallocate: Failures(codes: ["EIO", "ENOSPC"])
        case .flock, .ofdLock: Failures(codes: ["ENOLCK"])
        case .epollControl: Failures(codes: ["ENOMEM", "ENOSPC"])
        case .epollWait: Failures(codes: ["EINTR"], lasts: false)
        case .clone, .thread, .timer: Failures(codes: ["EAGAIN", "ENOMEM"])
        case .pidfdSendSignal: Failures(codes: ["EPERM"])
        case .waitid, .prctl: Failures(codes: ["EINTR"], lasts: false)
        case .prlimit, .setid: Failures(codes: ["EPERM"])
        case .socket: Failures(codes: ["EMFILE", "ENOBUFS"])
        case .listen, .connect: Failures(codes: ["EAGAIN"])
        case .accept: Failures(codes: ["EMFILE", "ENFILE", "ENOMEM"])
        case .sendmsg, .recvmsg: Failures(codes: ["ENOBUFS"], lasts: false)
        }
    }

    /// A stretch of life that has a part of everything in it.
    private func live(_ bench: FaultBench, patience: Duration = .milliseconds(300)) throws {
        try bench.order(.restart, "talker", "liner")
        try bench.order(.signal, "notifier", "wirer") { $0.signal = SIGKILL }
        try bench.order(.restart, "asker")
        try bench.order(.stop, "liner")
        try bench.apply(withoutLast: true)
        // Removing it takes a moment, and without faults it is gone then.
        let deadline = MonotonicTime.now() + patience
        while try bench.statuses().contains(where: { $0.instance == "extra" }), MonotonicTime.now() < deadline {
            usleep(5_000)
        }
        try bench.order(.restart, "flooder")
        try bench.order(.flush)
        bench.visit()
        try bench.apply(withoutLast: false)
        try bench.order(.start, "liner")
    }

    /// Watches hobd for a while: it answers, and does not spin.
    private func watch(_ bench: FaultBench, for time: Duration, _ what: String) throws {
        let began = MonotonicTime.now()
        let before = try bench.processorTime()
        while MonotonicTime.now() - began < time {
            _ = try bench.statuses()
            usleep(15_000)
        }
        let elapsed = MonotonicTime.now() - began
        let used = try bench.processorTime() - before
        #expect(used < elapsed * 0.8, "\(what): \(used) of processor time in \(elapsed)")
    }

    @Test
    func `every system call of every thread may fail: hobd stays, answers, leaks nothing and recovers`() throws {
        let isThorough = getenv("HOB_EXHAUSTIVE") != nil
        try FaultBench.with { bench in
            try bench.waitUntilWell("the beginning")
            try bench.arm("census")
            try live(bench, patience: .seconds(10))
            try bench.waitUntilWell("a life without faults")
            let sites = try bench.census()
            // That they are there shows that the life has a part of everything in it.
            let missing = Self.known.subtracting(sites)
            try #require(missing.isEmpty, "the life no longer comes by \(missing)")
            var baseline = try bench.descriptorCount()
            var slowest: [(site: String, Duration)] = []
            for (number, site) in sites.enumerated() {
                guard let call = site.split(separator: "/").last.flatMap({ SystemCall(rawValue: String($0)) }) else {
                    Issue.record("\(site) is no site")
                    continue
                }
                var failures = Self.failures(of: call)
                // On this thread it is the clients' sockets that are written: for good, nobody could be answered.
                if site == "control/write" { failures = Failures(codes: ["EPIPE", "ENOBUFS"], lasts: false) }
                let codes = isThorough ? failures.codes : [failures.codes[number % failures.codes.count]]
                for code in codes {
                    for range in failures.lasts ? ["*"] : ["1", "2-3"] {
                        let plan = "\(site):\(range):\(code)"
                        print("exhaustion: \(plan)")
                        bench.latencies = []
                        try bench.arm(plan)
                        try live(bench)
                        try watch(bench, for: .milliseconds(150), plan)
                        try bench.lift()
                        try bench.waitUntilWell("after \(plan)")
                        slowest.append((plan, bench.latencies.max() ?? .zero))
                        let count = try bench.settledDescriptorCount(baseline)
                        #expect(count <= baseline, "\(plan) left \(count - baseline) descriptors open")
                        baseline = max(baseline, count)
                        #expect(bench.pid == bench.connection.greeting.pid, "hobd died of \(plan)")
                    }
                }
            }
            // One answer may meet a busy machine; a site that makes hobd wait shows every time.
            let late = slowest.filter { $0.1 > .milliseconds(50) }
            #expect(late.count <= slowest.count / 10 + 1, "status took longer than 50 ms: \(late)")
            print("exhaustion: \(sites.count) sites, slowest status \(slowest.map(\.1).max() ?? .zero)")
        }
    }
}
