import HobSystem

/// Bounds how many sandboxes exist at once, and keeps all others out while a test measures.
enum SandboxGate {
    private struct State {
        var count = 0
        var isMeasuring = false
        var waitingToMeasure = 0
    }

    /// Each sandbox is a supervisor with its services, so a few keep a small machine busy.
    private static let most = 4
    private static let monitor = Monitor(State())

    /// Runs the body when there is room; `alone`, when nobody else is inside.
    static func pass(alone: Bool = false, _ body: () throws -> Void) throws {
        if alone { monitor.withLock { $0.waitingToMeasure += 1 } }
        monitor.wait { state -> Void? in
            if state.isMeasuring { return nil }
            if alone {
                guard state.count == 0 else { return nil }
                state.waitingToMeasure -= 1
                state.isMeasuring = true
            } else {
                // Those who wait for silence would wait for ever otherwise.
                guard state.waitingToMeasure == 0, state.count < most else { return nil }
                state.count += 1
            }
            return ()
        }
        defer {
            monitor.withLock { state in
                if alone { state.isMeasuring = false } else { state.count -= 1 }
            }
            monitor.broadcast()
        }
        try body()
    }
}
