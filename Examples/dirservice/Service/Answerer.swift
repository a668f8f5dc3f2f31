import Hob

/// Finds the answer to a request: every request has one, if it is only what is wrong with it.
struct Answerer {
    /// How long one answer may take.
    let patience: Duration
    let clock: DaemonClock

    func answer(to text: String) async -> String {
        do {
            let request = try DirectoryRequest(text)
            return try await withDeadline(patience, request.path, clock: clock) {
                try await clock.sleep(for: request.delay)
                return try Directory(request.path).names().joined(separator: "\n")
            }
        } catch let error as TaskError where error.code == .deadlineExceeded {
            return "error: timeout"
        } catch {
            return "error: \(error)"
        }
    }
}
