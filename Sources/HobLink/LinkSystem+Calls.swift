public import Distributed
import HobCoding
import HobPolicy
import HobSystem

extension LinkSystem {
    /// Calls a function of an actor of another process, and reads its value.
    public func remoteCall<Act: DistributedActor, Failure: Error, Success: Codable>(
        on actor: Act, target: RemoteCallTarget, invocation: inout InvocationEncoder, throwing: Failure.Type,
        returning: Success.Type
    ) async throws -> Success where Act.ID == ActorID {
        let call = OutgoingCall(actor: actor.id, target: target)
        switch try await send(call, invocation.arguments) {
        case .value(let bytes):
            do throws(MessageCodingError) {
                return try MessageDecoder(limits: MessageLimits(bytes: configuration.frameLimit)).decode(from: bytes)
            } catch {
                throw LinkError(
                    .badValue, "the answer of \(call) is no \(Success.self): \(error.message)", mayHaveRun: true,
                    cause: error)
            }
        case .nothing: throw LinkError(.badValue, "\(call) answered without the \(Success.self)", mayHaveRun: true)
        case .thrown(let type, let text, let error): throw thrown(type, text, error, by: call)
        case .refused(let refusal, let text): throw Self.error(refusal, text, of: call)
        }
    }

    /// Calls a function without a value of an actor of another process.
    public func remoteCallVoid<Act: DistributedActor, Failure: Error>(
        on actor: Act, target: RemoteCallTarget, invocation: inout InvocationEncoder, throwing: Failure.Type
    ) async throws where Act.ID == ActorID {
        let call = OutgoingCall(actor: actor.id, target: target)
        switch try await send(call, invocation.arguments) {
        case .nothing: return
        case .value: throw LinkError(.badValue, "\(call) answered with a value, and none is wanted", mayHaveRun: true)
        case .thrown(let type, let text, let error): throw thrown(type, text, error, by: call)
        case .refused(let refusal, let text): throw Self.error(refusal, text, of: call)
        }
    }

    // MARK: The way there

    private func send(_ call: OutgoingCall, _ arguments: [[UInt8]]) async throws -> Frame.Reply {
        guard case .there(let address, let name) = call.actor.place else {
            throw LinkError(.badUse, "\(call) cannot be called over the link")
        }
        let frame = Frame.Call(budget: 0, actor: name, target: call.target.identifier, arguments: arguments)
        let size = FrameWriter.size(of: frame) - 4
        guard size <= configuration.frameLimit, arguments.count <= Int(UInt16.max) else {
            throw LinkError(
                .tooLarge, "\(call) takes \(size) bytes, more than the \(configuration.frameLimit) of a frame")
        }
        try Task.checkCancellation()
        let inbox = try startedInbox()
        let id = nextNumber()
        let began = MonotonicTime.now()
        let deadline = CallDeadline.next(after: began, limit: configuration.callLimit)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                post(.call(address, id: id, frame, deadline: deadline, continuation), to: inbox) {
                    continuation.resume(returning: .notSent(.shutDown, "this link is shut down"))
                }
                // Cancelled before the call was posted, the handler below has come too early.
                if Task.isCancelled { inbox.post(.cancel(address, id: id)) }
            }
        } onCancel: {
            inbox.post(.cancel(address, id: id))
        }
        switch outcome {
        case .reply(let reply): return reply
        case .cancelled: throw CancellationError()
        case .notSent(let code, let reason):
            throw LinkError(code, "\(call) was not called\(after(began, code)): \(reason)")
        case .mayHaveRun(let code, let reason):
            throw LinkError(
                code, "\(call) was called and may have run, its answer is missing\(after(began, code)): \(reason)",
                mayHaveRun: true)
        }
    }

    private func after(_ began: MonotonicTime, _ code: LinkError.Code) -> String {
        switch code {
        case .deadlineExceeded, .unreachable:
            " after \(Duration.milliseconds((MonotonicTime.now() - began).wholeNanoseconds / 1_000_000).brief)"
        case .badUse, .notListening, .connectionLost, .refused, .unknownActor, .unknownTarget, .badArgument, .tooLarge,
            .badValue, .thrown, .shutDown:
            ""
        }
    }

    private func thrown(_ type: String, _ text: String, _ bytes: [UInt8], by call: OutgoingCall) -> any Error {
        ThrownErrors.error(
            type: type, text: text, bytes: bytes, known: configuration.errors, limit: configuration.frameLimit,
            by: "\(call)")
    }

    private static func error(_ refusal: Frame.Refusal, _ text: String, of call: OutgoingCall) -> LinkError {
        switch refusal {
        case .unknownActor: LinkError(.unknownActor, "\(call) was refused: \(text)")
        case .unknownTarget: LinkError(.unknownTarget, "\(call) was refused: \(text)")
        case .badArgument: LinkError(.badArgument, "\(call) was refused: \(text)")
        // It may be the answer that was too large.
        case .tooLarge: LinkError(.tooLarge, "\(call): \(text)", mayHaveRun: true)
        case .badValue: LinkError(.badValue, "\(call) has run: \(text)", mayHaveRun: true)
        }
    }

    // MARK: The way here

    /// Runs a call that came in.
    func answer(_ call: Frame.Call, until deadline: MonotonicTime) async -> Frame.Reply {
        let (actor, names) = exported(call.actor)
        guard let actor else {
            let list = names.isEmpty ? "none" : names.joined(separator: ", ")
            return .refused(
                .unknownActor, "\(configuration.name) exports no actor \"\(call.actor.prefix(255))\"; exported: \(list)"
            )
        }
        let target = CallTarget(call.target, of: actor)
        let isVerified = isVerified(target)
        if !isVerified, let fault = CallTarget.fault(call.target, for: actor) { return .refused(.unknownTarget, fault) }
        let reply = await CallDeadline.$received.withValue(deadline) { await execute(call, on: actor) }
        switch reply {
        case .value, .nothing, .thrown: if !isVerified { verify(target) }
        case .refused: break
        }
        return reply
    }

    private func execute<Act: DistributedActor>(_ call: Frame.Call, on actor: Act) async -> Frame.Reply {
        let handler = LinkResultHandler(limit: configuration.frameLimit)
        var decoder = LinkInvocationDecoder(call.arguments, limit: configuration.frameLimit)
        do {
            try await executeDistributedTarget(
                on: actor, target: RemoteCallTarget(call.target), invocationDecoder: &decoder, handler: handler)
        } catch {
            if let reply = handler.reply { return reply }
            return ThrownErrors.reply(to: error, limit: configuration.frameLimit)
        }
        return handler.reply ?? .refused(.badValue, "the function ended without an answer")
    }
}

/// A call, for the words of its errors.
struct OutgoingCall: CustomStringConvertible {
    let actor: LinkActorID
    let target: RemoteCallTarget

    var description: String { "\(target) of \(actor)" }
}
