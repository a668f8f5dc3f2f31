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

    package var description: String { name }

    package static func < (left: SignalNumber, right: SignalNumber) -> Bool { left.rawValue < right.rawValue }

    /// Every number a signal can have.
    package static var all: ClosedRange<Int32> { 1...64 }

    package static let hangUp = SignalNumber(rawValue: SIGHUP)
    package static let interrupt = SignalNumber(rawValue: SIGINT)
    package static let quit = SignalNumber(rawValue: SIGQUIT)
    package static let abort = SignalNumber(rawValue: SIGABRT)
    package static let kill = SignalNumber(rawValue: SIGKILL)
    package static let user1 = SignalNumber(rawValue: SIGUSR1)
    package static let user2 = SignalNumber(rawValue: SIGUSR2)
    package static let brokenPipe = SignalNumber(rawValue: SIGPIPE)
    package static let alarm = SignalNumber(rawValue: SIGALRM)
    package static let terminate = SignalNumber(rawValue: SIGTERM)
    package static let child = SignalNumber(rawValue: SIGCHLD)
    package static let `continue` = SignalNumber(rawValue: SIGCONT)
    package static let stop = SignalNumber(rawValue: SIGSTOP)
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
