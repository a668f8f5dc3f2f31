/// How a process ended.
package enum ExitStatus: Sendable, Hashable, CustomStringConvertible {
    /// It called exit with this code.
    case exited(code: Int32)
    /// A signal ended it.
    case signaled(signal: Int32, coreDumped: Bool)

    /// Decodes the raw status of wait(2).
    package init(waitStatus status: Int32) {
        let signal = status & 0x7f
        self =
            signal == 0
            ? .exited(code: (status >> 8) & 0xff) : .signaled(signal: signal, coreDumped: status & 0x80 != 0)
    }

    /// Whether it exited with 0.
    package var isSuccess: Bool { self == .exited(code: 0) }

    /// In the words of `hob why`: "exited with status 1".
    package var description: String {
        switch self {
        case .exited(let code): "exited with status \(code)"
        case .signaled(let signal, let coreDumped):
            "terminated with signal \(SignalNumber(rawValue: signal).name)\(coreDumped ? " (core dumped)" : "")"
        }
    }
}
