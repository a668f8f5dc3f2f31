public import Distributed
import HobCoding

/// Collects the arguments of a call as bytes; the compiler's code uses it.
public struct LinkInvocationEncoder: DistributedTargetInvocationEncoder {
    /// What arguments are.
    public typealias SerializationRequirement = any Codable

    private let encoder: MessageEncoder
    private(set) var arguments: [[UInt8]] = []

    init(limit: Int) {
        encoder = MessageEncoder(limits: MessageLimits(bytes: limit))
    }

    /// Refuses a generic function, or a function of a generic actor.
    public mutating func recordGenericSubstitution<Value>(_ type: Value.Type) throws {
        throw LinkError(.badUse, "generic functions and actors cannot be called over a link: write one for \(type)")
    }

    /// Writes an argument.
    public mutating func recordArgument<Value: Codable>(_ argument: RemoteCallArgument<Value>) throws {
        do throws(MessageCodingError) { arguments.append(try encoder.encode(argument.value)) } catch {
            throw LinkError(
                .badArgument, "the argument \(argument.name) cannot be sent: \(error.message)", cause: error)
        }
    }

    /// Needs nothing: an answer says itself what it is.
    public mutating func recordReturnType<Value: Codable>(_ type: Value.Type) throws {}

    /// Needs nothing: a thrown error says itself what it is.
    public mutating func recordErrorType<Failure: Error>(_ type: Failure.Type) throws {}

    /// Ends the recording.
    public mutating func doneRecording() throws {}
}
