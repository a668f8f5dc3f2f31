/// What the two sides of a link say to each other.
///
///     frame   length:u32  kind:u8  id:u64  body        the length counts what follows it; all numbers big-endian
///     hello   "hob-link" version:u16 pid:u32 interface:short name:short
///     refusal text
///     call    budget:u64 (ns) actor:short target:short count:u16 count × (length:u32 bytes)
///     reply   status:u8 and: value: bytes; nothing: none; thrown: type:short text:long error bytes; refused: code:u8 text
///     cancel  none            goodbye none
///     short   length:u16 UTF-8                         long    length:u32 UTF-8
///
/// The client greets first, then the server, then the client calls. Values are messages of HobCoding.
package enum Frame: Hashable, Sendable {
    case hello(Hello)
    /// Why the other side will not talk; the connection ends.
    case refusal(String)
    case call(id: UInt64, Call)
    case reply(id: UInt64, Reply)
    /// The caller wants no answer any more.
    case cancel(id: UInt64)
    /// From a server: send no more calls here, it is leaving. From a client: none will come.
    case goodbye

    /// Who somebody is and what it speaks.
    package struct Hello: Hashable, Sendable {
        /// The version of these frames.
        package static let currentVersion: UInt16 = 1
        /// Which version it speaks.
        package var version: UInt16
        /// Which build of the actors' interface it has.
        package var interface: String
        /// What it is called.
        package var name: String
        /// Its process.
        package var pid: UInt32

        package init(version: UInt16 = currentVersion, interface: String, name: String, pid: UInt32) {
            self.version = version
            self.interface = interface
            self.name = name
            self.pid = pid
        }

        /// Why the two do not understand each other, in the words of this one; nil when they do.
        package func mismatch(with other: Hello) -> String? {
            if version != other.version {
                return "\(name) speaks version \(version) of the link and \(other.name) version \(other.version): "
                    + "build both with the same Hob"
            }
            if interface != other.interface {
                return "\(name) has interface \"\(interface)\" and \(other.name) has \"\(other.interface)\": "
                    + "build both from the same interface"
            }
            return nil
        }
    }

    /// A call of a function of an actor.
    package struct Call: Hashable, Sendable {
        /// How many nanoseconds are left for it.
        package var budget: UInt64
        /// The name under which the actor is exported.
        package var actor: String
        /// The function, as the compiler names it.
        package var target: String
        /// The arguments, each a message.
        package var arguments: [[UInt8]]

        package init(budget: UInt64, actor: String, target: String, arguments: [[UInt8]]) {
            self.budget = budget
            self.actor = actor
            self.target = target
            self.arguments = arguments
        }
    }

    /// The answer to a call.
    package enum Reply: Hashable, Sendable {
        case value([UInt8])
        case nothing
        /// The function threw: the type's name, its words, and the error itself when it is Codable.
        case thrown(type: String, text: String, error: [UInt8])
        /// The function did not run, or its answer cannot be sent.
        case refused(Refusal, String)
    }

    /// Why a call was not done.
    package enum Refusal: UInt8, Hashable, Sendable, CaseIterable {
        case unknownActor = 1
        case unknownTarget
        case badArgument
        /// A call or an answer is larger than allowed.
        case tooLarge
        /// It has run, and its value could not be written.
        case badValue
    }
}

/// The kinds of frame, as their byte.
enum FrameKind: UInt8 {
    case hello = 1
    case refusal
    case call
    case reply
    case cancel
    case goodbye
}
