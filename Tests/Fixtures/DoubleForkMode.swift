import Glibc

/// `double-fork FILE [--stay]`: leaves a grandchild in a session of its own that has closed every descriptor, dropped
/// its environment and exec'd anew; its pid is in FILE. With --stay the first process lives on.
enum DoubleForkMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(arguments, mode: "double-fork", flags: ["--stay"])
        let file = options.requiredWord("FILE", mode: "double-fork")
        // This process has one thread, so a plain fork is safe here.
        let child = fork()
        if child == 0 { leaveGrandchild(file) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        guard options.has("--stay") else { return 0 }
        ServiceSignals.limitLifetime()
        writeText("ready\n")
        while true { pause() }
    }

    /// In a process that was just forked: forks once more and ends.
    static func leaveGrandchild(_ file: String) -> Never {
        setsid()
        if fork() != 0 { _exit(0) }
        beGrandchild(file)
    }

    private static func beGrandchild(_ file: String) -> Never {
        let temporary = file + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        writeText("\(getpid())\n", to: descriptor)
        // Who reads the file finds a process that has dropped everything already, so the name appears last.
        for number in 0..<1024 { close(Int32(number)) }
        rename(temporary, file)
        var words: [UnsafeMutablePointer<CChar>?] = [strdup("hob-fixture"), strdup("sleep"), nil]
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        execve("/proc/self/exe", &words, &environment)
        _exit(70)
    }
}
