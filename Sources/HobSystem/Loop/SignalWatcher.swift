import CHobSystem
import Glibc

/// Reads signals from a descriptor instead of suffering handlers.
package final class SignalWatcher: Sendable {
    private let descriptor: Descriptor

    /// Blocks the signals in the calling thread; call it in main before any other thread starts, as threads inherit
    /// the mask of their maker.
    package static func block(_ signals: [SignalNumber]) throws(SystemError) {
        let numbers = signals.map(\.rawValue)
        let result = hob_block_signals(numbers, numbers.count)
        guard result == 0 else {
            throw SystemError(code: errno, message: "cannot block signals \(signals): \(SystemError.text(of: errno))")
        }
    }

    /// Undoes ``block(_:)`` in the calling thread; what is pending is delivered at once.
    package static func unblock(_ signals: [SignalNumber]) throws(SystemError) {
        let numbers = signals.map(\.rawValue)
        let result = hob_unblock_signals(numbers, numbers.count)
        guard result == 0 else {
            throw SystemError(code: errno, message: "cannot unblock signals \(signals): \(SystemError.text(of: errno))")
        }
    }

    /// Whether this process ignores a signal, as nohup(1) and shells for background jobs arrange it.
    package static func isIgnored(_ signal: SignalNumber) -> Bool {
        hob_ignores_signal(signal.rawValue) == 1
    }

    /// Watches these signals, which must be blocked in every thread.
    package init(_ signals: [SignalNumber]) throws(SystemError) {
        let numbers = signals.map(\.rawValue)
        descriptor = try Descriptor.made("a signalfd", invoke(.signalfd) { hob_signalfd(numbers, numbers.count) })
    }

    /// The descriptor's number, readable when a signal is pending.
    package var raw: Int32 { descriptor.raw }

    /// The next pending signal; nil when there is none.
    package func next() throws(SystemError) -> ReceivedSignal? {
        var signal = hob_signal()
        let count = invoke(.read) { hob_signalfd_read(descriptor.raw, &signal) }
        guard count >= 0 else { throw .transfer("read signals from", descriptor.raw, -count) }
        guard count == 1 else { return nil }
        return ReceivedSignal(
            signal: SignalNumber(rawValue: signal.number), sender: signal.pid, senderUser: signal.user,
            code: signal.code, status: signal.status)
    }
}
