import Glibc

/// The processes that the echo server leaves behind; they end at their own TERM or by their alarm, never with it.
enum EchoChildren {
    /// Starts them; none keeps the pipe to the launcher open, which waits for its end.
    static func leave(_ options: EchoServerOptions, launcher: Int32?) {
        for _ in 0..<options.number("--children") {
            let child = fork(closing: launcher) {
                if let file = options.path("--children-file") { appendLine("\(getpid())", to: file) }
                while true { pause() }
            }
            guard child > 0 else { exit(71) }
        }
        guard let file = options.path("--double-fork-child") else { return }
        let child = fork(closing: launcher) { DoubleForkMode.leaveGrandchild(file) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        // It is there before the pid file is, so that who sees that can rely on this; its exec may come a little later.
        let deadline = monotonicMilliseconds() + 10_000
        while access(file, F_OK) != 0 && monotonicMilliseconds() < deadline { usleep(500) }
    }

    private static func fork(closing descriptor: Int32?, _ body: () -> Never) -> pid_t {
        SignalInbox.hold()
        // This process has one thread, so a plain fork is safe here.
        let child = Glibc.fork()
        if child == 0 {
            ServiceSignals.limitLifetime()
            SignalInbox.letGo()
            if let descriptor { close(descriptor) }
            body()
        }
        var caught = ServiceSignals.set(SignalInbox.caught)
        sigprocmask(SIG_UNBLOCK, &caught, nil)
        return child
    }
}
