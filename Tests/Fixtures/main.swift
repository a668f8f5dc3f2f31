import Glibc

// hob-fixture MODE [ARGUMENT …]: small real daemons and probes for the tests. One file per family of modes.
let words = Array(CommandLine.arguments.dropFirst())
guard let name = words.first, let mode = processModes[name] ?? serviceModes[name] else {
    let known = (Array(processModes.keys) + Array(serviceModes.keys)).sorted().joined(separator: " ")
    writeText("hob-fixture: no mode \(words.first ?? "given"); there are: \(known)\n", to: STDERR_FILENO)
    exit(64)
}
exit(mode(Array(words.dropFirst())))
