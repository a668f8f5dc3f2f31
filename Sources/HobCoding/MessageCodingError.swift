/// Why a value could not be written as bytes, or bytes not be read as a value.
package struct MessageCodingError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Code: String, Sendable, Hashable {
        /// The bytes are no message: cut off, too long, too deep, not of the form, or followed by others.
        case malformed
        /// What is there is of another type.
        case wrongType
        /// A key that must be there is not.
        case missingKey
        /// A value that must be there is not, or is null.
        case missingValue
        /// The value cannot be written, or is not one that its type accepts.
        case badValue
        /// The type's own code has thrown something else; that is the cause.
        case failed
    }

    /// Which kind.
    package let code: Code
    /// Where in the value, as `servers[2].name`; empty for the value itself.
    package let path: String
    /// What is wrong and where, with the path.
    package let message: String
    /// The error behind it, if there is one.
    package let cause: (any Error)?

    /// Makes an error.
    package init(_ code: Code, at path: String, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.path = path
        self.message = path.isEmpty ? message : "\(path): \(message)"
        self.cause = cause
    }

    /// The message.
    package var description: String { message }

    /// What an encoding has thrown, in our words.
    init(encoding error: any Error) {
        switch error {
        case let error as MessageCodingError: self = error
        case let error as EncodingError:
            switch error {
            case .invalidValue(_, let context): self.init(.badValue, context)
            @unknown default: self.init(.failed, at: "", "\(error)", cause: error)
            }
        default: self.init(.failed, at: "", "cannot be written: \(error)", cause: error)
        }
    }

    /// What a decoding has thrown, in our words.
    init(decoding error: any Error) {
        switch error {
        case let error as MessageCodingError: self = error
        case let error as DecodingError:
            switch error {
            case .typeMismatch(_, let context): self.init(.wrongType, context)
            case .valueNotFound(_, let context): self.init(.missingValue, context)
            case .keyNotFound(_, let context): self.init(.missingKey, context)
            case .dataCorrupted(let context): self.init(.badValue, context)
            @unknown default: self.init(.failed, at: "", "\(error)", cause: error)
            }
        default: self.init(.failed, at: "", "cannot be read: \(error)", cause: error)
        }
    }

    private init(_ code: Code, _ context: EncodingError.Context) {
        self.init(
            code, at: CodingPath.text(of: context.codingPath), context.debugDescription, cause: context.underlyingError)
    }

    private init(_ code: Code, _ context: DecodingError.Context) {
        // Bytes that break the form are told apart from values that a type does not accept.
        if let malformed = context.underlyingError as? MessageCodingError {
            self = malformed
        } else {
            self.init(
                code, at: CodingPath.text(of: context.codingPath), context.debugDescription,
                cause: context.underlyingError)
        }
    }
}
