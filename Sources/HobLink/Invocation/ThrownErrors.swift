import Distributed
import HobCoding

/// Errors on their way to the caller.
enum ThrownErrors {
    /// The longest text of an error that is sent.
    private static let longestText = 16_384

    /// What the caller is told of an error.
    static func reply(to error: any Error, limit: Int) -> Frame.Reply {
        switch error {
        case let fault as ArgumentFault: return .refused(.badArgument, fault.message)
        case let error as ExecuteDistributedTargetError: return .refused(.unknownTarget, "\(error)")
        default: break
        }
        let text = String("\(error)".prefix(longestText))
        var bytes: [UInt8] = []
        if let value = error as? any Error & Codable {
            // One that cannot be written is told by its words.
            bytes = (try? MessageEncoder(limits: MessageLimits(bytes: max(0, limit / 2))).encode(value)) ?? []
        }
        return .thrown(type: name(of: type(of: error)), text: text, error: bytes)
    }

    /// The error that was thrown there, as itself when its type is known here.
    static func error(
        type: String, text: String, bytes: [UInt8], known: [any (Error & Codable).Type], limit: Int, by function: String
    ) -> any Error {
        if !bytes.isEmpty, let known = known.first(where: { name(of: $0) == type }),
            let error = try? decode(known, bytes, limit)
        {
            return error
        }
        return LinkError(.thrown, "\(function) threw \(type): \(text)", mayHaveRun: true, thrownType: type)
    }

    private static func decode<Thrown: Error & Codable>(
        _ type: Thrown.Type, _ bytes: [UInt8], _ limit: Int
    ) throws -> Thrown {
        try MessageDecoder(limits: MessageLimits(bytes: limit)).decode(type, from: bytes)
    }

    /// The name of a type, with its module.
    private static func name(of type: any Any.Type) -> String { String(reflecting: type) }
}
