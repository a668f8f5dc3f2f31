/// Why a text is no JSON that we accept, and where.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Code: String, Hashable, Sendable {
        case unexpectedByte, unexpectedEnd, invalidNumber, invalidEscape, invalidUTF8, tooDeep, tooLarge
        case duplicateName, trailingBytes, missingMember, wrongType
    }

    /// What is wrong.
    package var code: Code
    /// The byte at which it was noticed, counted from 0.
    package var offset: Int
    /// The sentence for a person.
    package var message: String

    /// Makes an error.
    package init(_ code: Code, at offset: Int = 0, _ message: String) {
        self.code = code
        self.offset = offset
        self.message = message
    }

    /// The sentence with its place.
    package var description: String {
        switch code {
        case .missingMember, .wrongType: message
        default: "byte \(offset): \(message)"
        }
    }
}
