/// Puts the message of a failure together: the daemon's output, its log lines, then in parentheses how it ended.
package enum FailureText {
    /// What the log had to say.
    package enum LogWords: Sendable, Hashable {
        /// What was appended since the start; may be empty.
        case text(String)
        /// There is no log that could be read.
        case unavailable
    }

    /// The message.
    ///
    /// - Parameters:
    ///   - failure: what happened.
    ///   - output: what the command wrote to stdout and stderr.
    ///   - log: what was appended to the log.
    package static func compose(_ failure: ControllerFailure, output: String, log: LogWords) -> String {
        var lines: [String] = []
        if !failure.reason.isEmpty { lines.append(failure.reason) }
        guard failure.showsOutput else {
            if !failure.endings.isEmpty { lines.append("(\(failure.endings.joined(separator: "; ")))") }
            return lines.joined(separator: "\n")
        }
        var remarks: [String] = []
        let output = trimmed(output)
        if !output.isEmpty { lines.append(String(output)) }
        switch log {
        case .unavailable: remarks.append("logs not available")
        case .text(let text):
            let text = trimmed(text)
            if !text.isEmpty { lines.append(String(text)) }
            if text.isEmpty && output.isEmpty { remarks.append("logs empty") }
        }
        remarks += failure.endings
        if !remarks.isEmpty { lines.append("(\(remarks.joined(separator: "; ")))") }
        return lines.joined(separator: "\n")
    }

    /// The text without line ends behind it, as one element; none when nothing is left.
    package static func lines(of output: String) -> [String] {
        let text = trimmed(output)
        return text.isEmpty ? [] : [String(text)]
    }

    private static func trimmed(_ text: String) -> Substring {
        var text = text[...]
        while let last = text.last, last.isNewline { text = text.dropLast() }
        return text
    }
}
