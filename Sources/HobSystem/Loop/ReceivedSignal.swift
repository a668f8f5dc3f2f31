/// A signal with what the kernel says about it.
package struct ReceivedSignal: Sendable, Hashable {
    /// Which signal.
    package var signal: SignalNumber
    /// Who sent it, or which child a SIGCHLD is about.
    package var sender: Int32
    /// The real user of the sender.
    package var senderUser: UInt32
    /// si_code.
    package var code: Int32
    /// Exit status of the child of a SIGCHLD.
    package var status: Int32

    /// A signal from its parts.
    package init(signal: SignalNumber, sender: Int32, senderUser: UInt32, code: Int32, status: Int32) {
        self.signal = signal
        self.sender = sender
        self.senderUser = senderUser
        self.code = code
        self.status = status
    }
}
