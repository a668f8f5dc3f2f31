#if AMQP
import Synchronization

/// Channels with confirms for the answers of handlers: each handler under way has one of its own, so that one's mistake,
/// for which the broker closes the channel, is no other's failure.
///
/// They are opened when they are needed and used again by later handlers while they are open. Beyond half of the
/// connection's channels they are shared.
final class AnswerChannels: Sendable {
    private struct Place {
        let channel: AMQPChannel
        var users: Int
    }

    private struct State {
        var places: [Place] = []
        var opening = 0
    }

    private let connection: AMQPConnection
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: how many are opened at most; nil is half of what the connection allows.
    init(_ connection: AMQPConnection, limit: Int? = nil) {
        self.connection = connection
        // The other half is for copies, and for what handlers open themselves.
        self.limit = max(1, limit ?? Int(connection.session.withState { $0.topologyNumber }) / 2)
    }

    /// A channel nobody else uses, or one that is shared when there are too many.
    ///
    /// - Throws: when none can be opened and none is there.
    func take() async throws -> AMQPChannel {
        if let channel = standing() { return channel }
        defer { state.withLock { $0.opening -= 1 } }
        do {
            let channel = try await connection.openChannel()
            return state.withLock { state in
                // Several came at once, when there was none yet: this one is closed again.
                if state.places.count >= limit, let other = Self.leastUsed(&state, sharing: true) { return other }
                state.places.append(Place(channel: channel, users: 1))
                return channel
            }
        } catch {
            // The application may have opened all the others.
            guard !Task.isCancelled, !connection.isClosed, let channel = shared() else { throw error }
            return channel
        }
    }

    /// The handler has ended.
    func giveBack(_ channel: AMQPChannel) {
        state.withLock { state in
            guard let index = state.places.firstIndex(where: { $0.channel === channel }) else { return }
            state.places[index].users -= 1
        }
    }

    /// A free one, or a shared one; nil when another one is to be opened, which is noted.
    private func standing() -> AMQPChannel? {
        let gone = forgetClosed()
        // The last hold on a channel asks the connection; not under the lock.
        defer { withExtendedLifetime(gone) {} }
        return state.withLock { state in
            let isFull = state.places.count + state.opening >= limit && !state.places.isEmpty
            if let channel = Self.leastUsed(&state, sharing: isFull) { return channel }
            state.opening += 1
            return nil
        }
    }

    private func shared() -> AMQPChannel? {
        let gone = forgetClosed()
        defer { withExtendedLifetime(gone) {} }
        return state.withLock { Self.leastUsed(&$0, sharing: true) }
    }

    private static func leastUsed(_ state: inout State, sharing: Bool) -> AMQPChannel? {
        guard let index = state.places.indices.min(by: { state.places[$0].users < state.places[$1].users }),
            sharing || state.places[index].users == 0
        else { return nil }
        state.places[index].users += 1
        return state.places[index].channel
    }

    private func forgetClosed() -> [AMQPChannel] {
        let closed = state.withLock { $0.places }.map(\.channel).filter { $0.closedBecause != nil }
        guard !closed.isEmpty else { return [] }
        state.withLock { state in state.places.removeAll { place in closed.contains { $0 === place.channel } } }
        return closed
    }
}
#endif
