import Glibc

/// `hold-lock FILE [--flock]`: takes an open-file-description lock (or flock), says "locked" and keeps it until TERM;
/// says "refused" and ends with status 1 when somebody else has it.
enum HoldLockMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(arguments, mode: "hold-lock", flags: ["--flock"])
        let descriptor = open(options.requiredWord("FILE", mode: "hold-lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        let result: Int32
        if options.has("--flock") {
            result = flock(descriptor, LOCK_EX | LOCK_NB)
        } else {
            var lock = Glibc.flock()
            lock.l_type = Int16(F_WRLCK)
            lock.l_whence = Int16(SEEK_SET)
            // F_OFD_SETLK, which the overlay does not import.
            result = withUnsafeMutablePointer(to: &lock) { fcntl(descriptor, 37, UnsafeMutableRawPointer($0)) }
        }
        guard result == 0 else {
            writeText("refused\n")
            return 1
        }
        writeText("locked\n")
        ServiceSignals.limitLifetime()
        ServiceSignals.waitForTermination()
        return 0
    }
}
