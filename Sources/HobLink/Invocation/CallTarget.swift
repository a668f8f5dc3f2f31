import Distributed

/// Whether a function that a caller names belongs to the actor that it calls.
///
/// The runtime looks functions up by name among those of all actors, and takes any actor for the right one. So a name is
/// let through only when it begins as the names of this actor's type do, and names a member of that type itself, not
/// one of a type within it.
struct CallTarget: Hashable, Sendable {
    private let type: ObjectIdentifier
    private let name: String

    /// A function of this name, called on this actor.
    init(_ name: String, of actor: any DistributedActor) {
        type = ObjectIdentifier(Swift.type(of: actor as any Any))
        self.name = name
    }

    /// What is wrong; nil when nothing is. Takes some microseconds.
    static func fault(_ name: String, for actor: any DistributedActor) -> String? {
        let type = Swift.type(of: actor as any Any)
        guard let mangled = _mangledTypeName(type), name.hasPrefix("$s\(mangled)"), isOrdinary(name) else {
            return "\(type) has no function \(name)"
        }
        let readable = RemoteCallTarget(name).description
        let prefix = String(reflecting: type) + "."
        guard let range = readable.firstRange(of: prefix) else { return "\(type) has no function \(readable)" }
        let member = readable[range.upperBound...].prefix { $0 != "(" }
        guard !member.contains("."), !member.isEmpty else { return "\(type) has no function \(readable)" }
        return nil
    }

    /// Names of distributed functions are words of ASCII with this end.
    private static func isOrdinary(_ name: String) -> Bool {
        name.utf8.count <= 4_096 && name.hasSuffix("TE")
            && name.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"):
                    true
                default: false
                }
            }
    }
}
