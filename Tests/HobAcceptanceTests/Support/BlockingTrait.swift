import HobTestKit
import Testing

/// Runs each test of a suite on a thread of its own: it waits for processes, files or sockets, or computes for long, and
/// must not hold one of the few threads on which asynchronous tests live.
struct BlockingTrait: SuiteTrait, TestTrait, TestScoping {
    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        try await TestLanes.blocking.run(function)
    }
}

extension Trait where Self == BlockingTrait {
    /// It holds a thread for as long as it runs.
    static var blocking: Self { Self() }
}
