import HobSystem
import Testing

/// Waits until something that nobody announces holds; fails after a minute.
func eventually(
    within patience: Duration = .seconds(60), _ location: SourceLocation = #_sourceLocation,
    _ holds: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + patience
    while clock.now < deadline {
        if try await holds() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    Issue.record("it did not come about within \(patience)", sourceLocation: location)
}
