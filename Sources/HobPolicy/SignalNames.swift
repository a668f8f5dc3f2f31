/// The names of Linux's signals, the same on every architecture Hob runs on.
public enum SignalNames {
    private static let table: [String] = [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ]

    /// The highest signal number.
    public static let highest: Int32 = 64

    /// The name with its prefix, such as `SIGTERM`; `SIGRTMIN+2` style for real-time signals.
    public static func name(of number: Int32) -> String {
        if number > 0, Int(number) < table.count { return "SIG" + table[Int(number)] }
        if number >= 34, number <= highest { return number == 34 ? "SIGRTMIN" : "SIGRTMIN+\(number - 34)" }
        return "signal \(number)"
    }

    /// The number of a signal written as `TERM`, `SIGTERM`, `term` or `15`; nil for anything else.
    public static func number(of text: some StringProtocol) -> Int32? {
        var word = text.uppercased()
        if let number = Int32(word) { return number > 0 && number <= highest ? number : nil }
        if word.hasPrefix("SIG") { word.removeFirst(3) }
        if let index = table.dropFirst().firstIndex(of: word) { return Int32(index) }
        if word == "RTMIN" { return 34 }
        if word.hasPrefix("RTMIN+"), let offset = Int32(word.dropFirst(6)), offset >= 0, offset <= 30 {
            return 34 + offset
        }
        return nil
    }

    /// All plain names without prefix, for suggestions and completions.
    public static var all: [String] { Array(table.dropFirst()) }
}
