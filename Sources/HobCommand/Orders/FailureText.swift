/// The text of a start that failed: what the service itself said in that attempt, then how it ended.
struct FailureText {
    /// The most lines of output that are shown.
    static let limit = 20

    /// The lines; `output` is what the service wrote in the attempt, `reason` such as `exited with status 1`.
    static func lines(instance: String, output: [String], reason: String, isAlone: Bool) -> [String] {
        let head = isAlone ? [] : ["\(instance):"]
        // Programs that make daemons of themselves leave their parent with the news that all is well.
        let isNormal = reason == "exited with status 0"
        let hint = isNormal ? ["hob: \(instance) has to stay in the foreground, or be of 'type: task'"] : []
        guard !output.isEmpty else { return head + ["(logs empty; \(reason))"] + hint }
        let skipped = output.count - limit
        let more = skipped > 0 ? ["(\(skipped) earlier lines: hob logs \(instance))"] : []
        return head + more + output.suffix(limit) + ["(\(reason))"] + hint
    }
}
