import Glibc

/// Starts this fixture once more, in another mode: Swift cannot fork, so trees are made of fresh processes.
enum ChildProcess {
    /// The new process's pid; nil, with the reason on stderr, when it could not be started.
    static func spawnSelf(_ arguments: [String], newSession: Bool = false, silent: Bool = false) -> pid_t? {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = ServiceSignals.set([])
        posix_spawnattr_setsigmask(&attributes, &none)
        let setSession: Int32 = newSession ? 0x80 : 0  // POSIX_SPAWN_SETSID, which the overlay does not import
        posix_spawnattr_setflags(&attributes, Int16(Int32(POSIX_SPAWN_SETSIGMASK) | setSession))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if silent { posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) }
        var words: [UnsafeMutablePointer<CChar>?] = (["hob-fixture"] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, words, environ)
        guard code == 0 else {
            writeText("hob-fixture: cannot start a child: \(String(cString: strerror(code)))\n", to: STDERR_FILENO)
            return nil
        }
        return pid
    }
}
