import HobTestKit
import Testing

/// Runs each test of a suite on a thread of its own, a few at a time.
struct LaneTrait: SuiteTrait, TestTrait, TestScoping {
    private static let lanes = TestLanes(4)

    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        try await Self.lanes.run(function)
    }
}

extension Trait where Self == LaneTrait {
    /// A real broker answers it: it must not wait for other tests.
    static var ownThread: Self { Self() }
}
