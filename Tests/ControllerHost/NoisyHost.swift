import Glibc
import HobTestKit
import Synchronization

private let signalsOfChildren = Atomic(0)

/// The host's own business: children, a reaper of all children, handlers, and a thread that no signal may interrupt.
final class NoisyHost: Sendable {
    private let children: [pid_t]
    private let ignoresChildren: Bool
    private let reaped = Mutex<[pid_t]>([])
    private let interruptions = Atomic(0)
    private let pipe: [Int32]

    init(ignoresChildren: Bool) {
        self.ignoresChildren = ignoresChildren
        var action = sigaction()
        if ignoresChildren {
            action.__sigaction_handler.sa_handler = SIG_IGN
        } else {
            action.__sigaction_handler.sa_handler = { _ in signalsOfChildren.add(1, ordering: .relaxed) }
        }
        sigaction(SIGCHLD, &action, nil)
        var other = sigaction()
        other.__sigaction_handler.sa_handler = { _ in }
        for signal in [SIGUSR1, SIGPIPE, SIGTERM, SIGHUP] { sigaction(signal, &other, nil) }
        umask(0o027)
        children = (0..<3).map { _ in
            var pid: pid_t = 0
            var words: [UnsafeMutablePointer<CChar>?] = [strdup("hob-fixture"), strdup("sleep"), nil]
            defer { for word in words { free(word) } }
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
            posix_spawn(&pid, FixtureProgram.path, &actions, nil, &words, environ)
            return pid
        }
        var ends: [Int32] = [0, 0]
        Glibc.pipe(&ends)
        pipe = ends
        Self.thread { [self] in readForEver() }
        if !ignoresChildren { Self.thread { [self] in reapForEver() } }
    }

    /// What it noticed of other people's business; ends its children.
    func complaints() -> [String] {
        var found: [String] = []
        let signals = signalsOfChildren.load(ordering: .relaxed)
        if signals != 0 { found.append("its SIGCHLD handler ran \(signals) times") }
        let strangers = reaped.withLock { $0 }
        if !strangers.isEmpty { found.append("waitpid(-1) answered \(strangers)") }
        for child in children where kill(child, 0) != 0 { found.append("its child \(child) is gone") }
        if interruptions.load(ordering: .relaxed) != 0 { found.append("a read was interrupted") }
        for child in children { kill(child, SIGKILL) }
        if !ignoresChildren {
            // Its own reaper must get its own three, and their signals must come.
            for _ in 0..<10_000 where reaped.withLock({ $0.count }) < children.count { usleep(1_000) }
            if Set(reaped.withLock { $0 }) != Set(children) { found.append("it could not reap its own children") }
            if signalsOfChildren.load(ordering: .relaxed) == 0 { found.append("its SIGCHLD handler is dead") }
        }
        return found
    }

    private func reapForEver() {
        while true {
            var status: Int32 = 0
            let pid = waitpid(-1, &status, 0)
            if pid > 0 { reaped.withLock { $0.append(pid) } } else if errno == ECHILD { usleep(1_000) }
        }
    }

    private func readForEver() {
        var byte: UInt8 = 0
        while true {
            let count = read(pipe[0], &byte, 1)
            if count < 0 && errno == EINTR { interruptions.add(1, ordering: .relaxed) }
        }
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        final class Box {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
    }
}
