public import Distributed
import HobCoding
import Synchronization

/// Takes what a called function returned or threw; the compiler's code uses it.
public struct LinkResultHandler: DistributedTargetInvocationResultHandler {
    /// What values are.
    public typealias SerializationRequirement = any Codable

    private final class Outcome: Sendable {
        let reply = Mutex<Frame.Reply?>(nil)
    }

    private let limit: Int
    private let outcome = Outcome()

    init(limit: Int) {
        self.limit = limit
    }

    /// The answer; nil when the function never ran.
    var reply: Frame.Reply? { outcome.reply.withLock { $0 } }

    private func set(_ reply: Frame.Reply) {
        let size = FrameWriter.size(of: reply) - 4
        let fitting: Frame.Reply =
            size <= limit
            ? reply : .refused(.tooLarge, "the answer takes \(size) bytes, more than the \(limit) of a frame")
        outcome.reply.withLock { $0 = fitting }
    }

    /// Takes a value.
    public func onReturn<Success: Codable>(value: Success) async throws {
        do throws(MessageCodingError) {
            set(.value(try MessageEncoder(limits: MessageLimits(bytes: limit)).encode(value)))
        } catch {
            set(.refused(.badValue, "the answer cannot be sent: \(error.message)"))
        }
    }

    /// Takes that a function without a value has returned.
    public func onReturnVoid() async throws { set(.nothing) }

    /// Takes an error.
    public func onThrow<Failure: Error>(error: Failure) async throws {
        set(ThrownErrors.reply(to: error, limit: limit))
    }
}
