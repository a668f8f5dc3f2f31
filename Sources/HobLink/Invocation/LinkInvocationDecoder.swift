public import Distributed
import HobCoding

/// Hands the arguments of a call that came in to the compiler's code.
public struct LinkInvocationDecoder: DistributedTargetInvocationDecoder {
    /// What arguments are.
    public typealias SerializationRequirement = any Codable

    private let arguments: [[UInt8]]
    private let decoder: MessageDecoder
    private var next = 0

    init(_ arguments: [[UInt8]], limit: Int) {
        self.arguments = arguments
        decoder = MessageDecoder(limits: MessageLimits(bytes: limit))
    }

    /// None: generic functions are not called over a link.
    public mutating func decodeGenericSubstitutions() throws -> [any Any.Type] { [] }

    /// Reads the next argument.
    public mutating func decodeNextArgument<Argument: Codable>() throws -> Argument {
        guard next < arguments.count else {
            throw ArgumentFault(message: "only \(arguments.count) arguments came")
        }
        defer { next += 1 }
        do throws(MessageCodingError) { return try decoder.decode(from: arguments[next]) } catch {
            throw ArgumentFault(message: "argument \(next + 1) is no \(Argument.self): \(error.message)")
        }
    }

    /// Not needed.
    public mutating func decodeErrorType() throws -> (any Any.Type)? { nil }

    /// Not needed.
    public mutating func decodeReturnType() throws -> (any Any.Type)? { nil }
}

/// An argument that could not be read; told apart from what the function itself throws.
struct ArgumentFault: Error {
    let message: String
}
