import CHobSystem
import Glibc

/// A signal, by number, with its name.
package struct SignalNumber: RawRepresentable, Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number as the kernel knows it.
    package let rawValue: Int32

    /// The signal of this number, which is taken as it is.
    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The signal named `TERM`, `SIGTERM`, `15`, `RTMIN+3` or `SIGRTMAX-1`, in any case; nil when there is none.
    package init?(name: String) {
        var word = name.uppercased()
        if let number = Int32(word) {
            guard word.allSatisfy({ $0.isNumber }), Self.all.contains(number) else { return nil }
            self.init(rawValue: number)
            return
        }
        if word.hasPrefix("SIG") { word.removeFirst(3) }
        if let number = Self.realTime(word) {
            self.init(rawValue: number)
            return
        }
        switch word {
        case "IOT": word = "ABRT"
        case "CLD": word = "CHLD"
        case "POLL": word = "IO"
        default: break
        }
        // sigabbrev_np says POLL where others say IO.
        let found = Self.all.first { number in
            hob_signal_name(number).map { String(cString: $0) } == word || (number == SIGIO && word == "IO")
        }
        guard let found else { return nil }
        self.init(rawValue: found)
    }

    /// The name with its prefix, like `SIGTERM` or `SIGRTMIN+2`.
    package var name: String {
        if let name = hob_signal_name(rawValue) { return "SIG\(String(cString: name))" }
        let first = hob_signal_real_time_first()
        let last = hob_signal_real_time_last()
        if rawValue == first { return "SIGRTMIN" }
        if rawValue == last { return "SIGRTMAX" }
        if rawValue > first && rawValue < last { return "SIGRTMIN+\(rawValue - first)" }
        return "signal \(rawValue)"
    }

    /// The name.
    package var description: String { name }

    /// Ordered by number.
    package static func < (left: SignalNumber, right: SignalNumber) -> Bool { left.rawValue < right.rawValue }

    /// Every number a signal can have.
    package static var all: ClosedRange<Int32> { 1...64 }

    /// The terminal is gone; daemons read their configuration anew.
    package static let hangUp = SignalNumber(rawValue: SIGHUP)
    /// Ctrl-C.
    package static let interrupt = SignalNumber(rawValue: SIGINT)
    /// Ctrl-\ of a terminal, with a core file.
    package static let quit = SignalNumber(rawValue: SIGQUIT)
    /// The process gives up on itself.
    package static let abort = SignalNumber(rawValue: SIGABRT)
    /// The end, which nobody can refuse.
    package static let kill = SignalNumber(rawValue: SIGKILL)
    /// Free for the program.
    package static let user1 = SignalNumber(rawValue: SIGUSR1)
    /// Free for the program.
    package static let user2 = SignalNumber(rawValue: SIGUSR2)
    /// Nobody reads any more what is written.
    package static let brokenPipe = SignalNumber(rawValue: SIGPIPE)
    /// A timer has run out.
    package static let alarm = SignalNumber(rawValue: SIGALRM)
    /// The polite request to end.
    package static let terminate = SignalNumber(rawValue: SIGTERM)
    /// A child has changed its state.
    package static let child = SignalNumber(rawValue: SIGCHLD)
    /// Go on after a stop.
    package static let `continue` = SignalNumber(rawValue: SIGCONT)
    /// Stand still, which nobody can refuse.
    package static let stop = SignalNumber(rawValue: SIGSTOP)
    /// The terminal has another size.
    package static let windowChange = SignalNumber(rawValue: SIGWINCH)

    private static func realTime(_ word: String) -> Int32? {
        let first = hob_signal_real_time_first()
        let last = hob_signal_real_time_last()
        if word == "RTMIN" { return first }
        if word == "RTMAX" { return last }
        let number: Int32?
        if word.hasPrefix("RTMIN+") {
            number = Int32(word.dropFirst(6)).map { first &+ $0 }
        } else if word.hasPrefix("RTMAX-") {
            number = Int32(word.dropFirst(6)).map { last &- $0 }
        } else {
            return nil
        }
        guard let number, (first...last).contains(number) else { return nil }
        return number
    }
}
