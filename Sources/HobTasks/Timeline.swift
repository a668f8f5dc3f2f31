/// A clock whose kind is forgotten: time since it was made, and a way to sleep on it.
struct Timeline: Sendable {
    /// The time since it was made.
    let elapsed: @Sendable () -> Duration
    /// Sleeps until so much time has passed since it was made; throws when cancelled.
    let sleep: @Sendable (Duration) async throws -> Void

    init(_ clock: some Clock<Duration>) {
        let origin = clock.now
        elapsed = { origin.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: origin.advanced(by: $0), tolerance: nil) }
    }
}
