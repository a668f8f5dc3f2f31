import CHobSystem
import Glibc

/// Signals of this process as bytes of a pipe, for a program that cannot block them in all of its threads: Swift's
/// main thread ends in a wait with every signal open.
///
/// There is one for the whole process and its whole life; who makes another takes the signals over.
package final class SignalPipe: Sendable {
    private let reader: Descriptor
    private let writer: Descriptor

    /// Takes these signals from whoever had them.
    package init(_ signals: [SignalNumber]) throws(SystemError) {
        (reader, writer) = try Descriptor.pipe(nonBlocking: true)
        let numbers = signals.map(\.rawValue)
        guard hob_signals_to_pipe(writer.raw, numbers, numbers.count) == 0 else {
            throw SystemError(code: errno, message: "cannot handle signals: \(SystemError.text(of: errno))")
        }
    }

    /// Readable when a signal has come.
    package var raw: Int32 { reader.raw }

    /// The signals that have come since the last call, in order.
    package func next() -> [SignalNumber] {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = bytes.withUnsafeMutableBytes { buffer in
            invoke(.read) { read(reader.raw, buffer.baseAddress, buffer.count) }
        }
        return count > 0 ? bytes[..<count].map { SignalNumber(rawValue: Int32($0)) } : []
    }
}
