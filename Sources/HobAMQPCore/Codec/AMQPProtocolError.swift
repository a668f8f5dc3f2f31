/// What one side did against the protocol: the code it is answered with, and the words.
package struct AMQPProtocolError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reply code that connection.close or channel.close carries.
    package var code: AMQPReplyCode
    /// What is wrong.
    package var message: String

    /// An error of this code.
    package init(_ code: AMQPReplyCode, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the words.
    package var description: String { "\(code): \(message)" }
}
