import HobSystem

/// A channel of bytes: calls with their deadlines, pushes, and what comes in, with room for a little of it.
///
/// It belongs to the work loop's thread.
final class ChannelCore {
    /// A message from the other side; `call` is the number to answer under, nil for a push.
    struct Incoming {
        var call: UInt64?
        var payload: [UInt8]
    }

    typealias Answer = (Result<[UInt8], ChannelError>) -> Void

    private enum Kind: UInt8 {
        case push = 1, call, answer, refusal
    }

    /// A sender waits while more than this is queued, and we stop reading while more than this is not taken.
    private static let mostQueuedBytes = 256 * 1024
    private static let mostUntaken = 64

    private let link: FrameLink
    private let loop: EventLoop
    private let limit: Int
    /// Finds out why the other side is gone, and answers once.
    private let explain: (@escaping (String) -> Void) -> Void
    private var lastCall: UInt64 = 0
    private var calls: [UInt64: (timer: TimerToken, answer: Answer)] = [:]
    private var senders = Deque<(ChannelError?) -> Void>()
    private var untaken = Deque<Incoming>()
    private var untakenBytes = 0
    private var takers = Deque<(Result<Incoming?, ChannelError>) -> Void>()
    private var end: ChannelError?
    private var isEnding = false

    init(
        _ socket: Descriptor, limit: Int, on loop: EventLoop, explain: @escaping (@escaping (String) -> Void) -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.limit = limit
        self.explain = explain
        link = try FrameLink(socket, limit: limit, on: loop)
        link.received = { [unowned self] in received($0) }
        link.ended = { [self] in ended($0) }
        link.drained = { [unowned self] in admitSenders() }
    }

    /// Sends a message and answers with the reply.
    func call(_ payload: [UInt8], within deadline: Duration, answer: @escaping Answer) {
        if let refusal = refusal(of: payload) { return answer(.failure(refusal)) }
        lastCall += 1
        let call = lastCall
        let timer = loop.schedule(after: deadline) { [weak self] in
            self?.settle(call, .failure(ChannelError(.timedOut, "no answer came within \(deadline)")))
        }
        calls[call] = (timer: timer, answer: answer)
        link.send(Frame(kind: Kind.call.rawValue, id: call, payload: payload))
    }

    /// Sends a message; answers when there is room for the next one.
    func push(_ payload: [UInt8], done: @escaping (ChannelError?) -> Void) {
        send(Frame(kind: Kind.push.rawValue, id: 0, payload: payload), done)
    }

    /// Answers a call.
    func answer(_ call: UInt64, _ payload: [UInt8], done: @escaping (ChannelError?) -> Void) {
        send(Frame(kind: Kind.answer.rawValue, id: call, payload: payload), done)
    }

    /// Answers a call with an error's text.
    func refuse(_ call: UInt64, _ reason: String) {
        link.send(Frame(kind: Kind.refusal.rawValue, id: call, payload: Array(reason.utf8.prefix(limit))))
    }

    /// Hands over the next message of the other side; nil when this side has closed the channel.
    func take(_ taker: @escaping (Result<Incoming?, ChannelError>) -> Void) {
        if let next = untaken.popFirst() {
            untakenBytes -= next.payload.count
            paceReading()
            return taker(.success(next))
        }
        if let end { return taker(end.code == .ended && wasClosedHere ? .success(nil) : .failure(end)) }
        takers.append(taker)
    }

    private var wasClosedHere = false

    /// Closes this side; what waits here gets an error.
    func close() {
        guard end == nil else { return }
        wasClosedHere = true
        link.close()
        finish(ChannelError(.ended, "this side has closed the channel"))
    }

    private func send(_ frame: Frame, _ done: @escaping (ChannelError?) -> Void) {
        if let refusal = refusal(of: frame.payload) { return done(refusal) }
        link.send(frame)
        if link.queuedBytes <= Self.mostQueuedBytes { return done(nil) }
        senders.append(done)
    }

    private func refusal(of payload: [UInt8]) -> ChannelError? {
        if let end { return end }
        guard payload.count > limit else { return nil }
        return ChannelError(
            .tooLong,
            "the message has \(payload.count) bytes, and at most \(limit) are allowed: raise the limit on both sides")
    }

    private func admitSenders() {
        while let sender = senders.popFirst() { sender(nil) }
    }

    private func received(_ frame: Frame) {
        switch Kind(rawValue: frame.kind) {
        case .push: took(Incoming(call: nil, payload: frame.payload))
        case .call: took(Incoming(call: frame.id, payload: frame.payload))
        case .answer: settle(frame.id, .success(frame.payload))
        case .refusal:
            let reason = String(decoding: frame.payload, as: UTF8.self)
            settle(frame.id, .failure(ChannelError(.refused, "the other side refused: \(reason)")))
        case nil:
            link.close()
            finish(
                ChannelError(
                    .badMessage, "a message of unknown kind \(frame.kind) came: both sides must use HobWorkers"))
        }
    }

    private func took(_ incoming: Incoming) {
        if let taker = takers.popFirst() { return taker(.success(incoming)) }
        untaken.append(incoming)
        untakenBytes += incoming.payload.count
        paceReading()
    }

    private func paceReading() {
        link.setReading(untaken.count < Self.mostUntaken && untakenBytes < max(Self.mostQueuedBytes, limit))
    }

    private func settle(_ call: UInt64, _ result: Result<[UInt8], ChannelError>) {
        // The answer of a call whose time was over belongs to nobody.
        guard let pending = calls.removeValue(forKey: call) else { return }
        loop.cancel(pending.timer)
        pending.answer(result)
    }

    private func ended(_ why: FrameLink.End) {
        guard !isEnding else { return }
        isEnding = true
        switch why {
        case .broken(let reason): finish(ChannelError(.badMessage, reason))
        case .closed: explain { [self] reason in finish(ChannelError(.ended, reason)) }
        }
    }

    private func finish(_ error: ChannelError) {
        guard end == nil else { return }
        end = error
        for call in calls.keys.sorted() { settle(call, .failure(error)) }
        for sender in senders.removeAll() { sender(error) }
        for taker in takers.removeAll() { taker(wasClosedHere ? .success(nil) : .failure(error)) }
    }
}
