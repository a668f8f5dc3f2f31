import Glibc

/// A process with a child, and a grandchild that has left its session and its parent; each deaf to TERM if told so.
enum TreeMode {
    static func run(_ words: [String]) {
        if words.contains("deaf") { signal(SIGTERM, SIG_IGN) }
        if words.contains("grandchild") {
            setsid()
            print("grandchild \(getpid())")
            fflush(nil)
            while true { pause() }
        }
        // The shell leaves its own child behind at once: that is what a double fork comes to.
        let deaf = words.contains("deaf") ? "deaf" : "meek"
        var pid: pid_t = 0
        let script = "\"$0\" tree grandchild \(deaf) & exit 0"
        let shell: [String] = ["sh", "-c", script, CommandLine.arguments[0]]
        let arguments: [UnsafeMutablePointer<CChar>?] = shell.map { word in strdup(word) } + [nil]
        posix_spawn(&pid, "/bin/sh", nil, nil, arguments, environ)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        print("main \(getpid())")
        fflush(nil)
        if words.contains("leave") { return }
        while true { pause() }
    }
}
