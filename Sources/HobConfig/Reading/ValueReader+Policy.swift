import HobPolicy
import HobSupervisorCore
import HobYAML

extension ValueReader {
    /// What other tools call the conditions.
    private static let foreignConditions = [
        "no": "never", "none": "never", "false": "never", "on-failure": "failure", "on-abnormal": "failure",
        "unless-stopped": "always", "yes": "always", "true": "always", "any": "always",
    ]

    /// When a service is started again: a word, or a mapping.
    func restart(_ field: Field, isTask: Bool) -> RestartPolicy? {
        guard case .mapping = field.node.content else {
            return condition(field, isTask).map { RestartPolicy(condition: $0) }
        }
        guard let fields = fields(of: field, .restart) else { return nil }
        // A task with a policy is meant to be tried again, but never after a success.
        var policy = RestartPolicy(condition: isTask ? .failure : .always)
        var isSound = true
        func take<Value>(_ name: String, _ read: (Field) -> Value?, _ apply: (Value) -> Void) {
            guard let field = fields[name] else { return }
            if let value = read(field) { apply(value) } else { isSound = false }
        }
        take("on", { condition($0, isTask) }, { policy.condition = $0 })
        take("delay", { durationRange($0, example: "100ms..30s") }) {
            policy.backoff.initial = $0.lowerBound
            policy.backoff.maximum = $0.upperBound
        }
        take("limit", rateLimit) { policy.limit = $0 }
        take("reset", { duration($0, example: "10s") }) { policy.backoff.resetAfter = $0 }
        take("jitter", percentage) { policy.backoff.jitter = $0 }
        take("success", normalEnds) {
            policy.normalStatuses = $0.statuses
            policy.normalSignals = $0.signals
        }
        take("retry", retry) {
            switch $0 {
            case .never: policy.retry = nil
            case .after(let backoff): policy.retry = backoff
            }
        }
        return isSound ? policy : nil
    }

    private func condition(_ field: Field, _ isTask: Bool) -> RestartPolicy.Condition? {
        guard let condition = choice(field, as: RestartPolicy.Condition.self, others: Self.foreignConditions) else {
            return nil
        }
        guard !isTask || condition != .always else {
            fail(
                field, "a task ends by itself, and 'always' would run it for ever", suggestion: "write failure or never"
            )
            return nil
        }
        return condition
    }

    /// `10 in 90s`.
    private func rateLimit(_ field: Field) -> RateLimit? {
        guard let text = plain(field, expecting: "a limit such as '10 in 90s'") else { return nil }
        let words = text.split(separator: " ", maxSplits: 2).map { String($0) }
        guard words.count == 3, words[1] == "in", let count = Int(words[0]), (1...1_000_000).contains(count) else {
            fail(
                field, "'\(Self.shortened(text))' is not understood",
                suggestion: "write a number in a time, such as '10 in 90s'")
            return nil
        }
        return duration(words[2], field, example: "90s").map { RateLimit(count: count, window: $0) }
    }

    /// `20%`, as a share.
    private func percentage(_ field: Field) -> Double? {
        guard let text = plain(field, expecting: "a percentage such as 20%") else { return nil }
        guard text.hasSuffix("%"), let number = Double(text.dropLast()), (0...100).contains(number) else {
            fail(
                field, "'\(Self.shortened(text))' is not a percentage from 0% to 100%",
                suggestion: "write one such as '20%'")
            return nil
        }
        return number / 100
    }

    /// Statuses and signals.
    private func normalEnds(_ field: Field) -> (statuses: Set<Int32>, signals: Set<Int32>)? {
        var statuses: Set<Int32> = []
        var signals: Set<Int32> = []
        for element in elements(of: field) {
            guard let text = plain(element, expecting: "a status or a signal") else { return nil }
            if let status = Int32(text) {
                guard (0...255).contains(status) else {
                    fail(element, "'\(Self.shortened(text))' is no exit status from 0 to 255")
                    return nil
                }
                // 0 is taken as well: listed, it keeps `always` from restarting after it.
                statuses.insert(status)
            } else {
                guard let signal = signal(text, element) else { return nil }
                signals.insert(signal)
            }
        }
        return (statuses, signals)
    }

    /// What becomes of a service that has failed.
    private enum Retry {
        case never
        case after(Backoff)
    }

    /// `30s..5m`, or `never`.
    private func retry(_ field: Field) -> Retry? {
        if isNever(field) { return .never }
        guard let range = durationRange(field, example: "30s..5m") else { return nil }
        var retry = RestartPolicy.standardRetry
        retry.initial = range.lowerBound
        retry.maximum = range.upperBound
        return .after(retry)
    }

    private func isNever(_ field: Field) -> Bool {
        if case .scalar("never", _) = field.node.content { true } else { false }
    }

    /// How output is kept.
    func log(_ field: Field) -> LogDefinition? {
        guard let fields = fields(of: field, .log) else { return nil }
        var log = LogDefinition()
        if let rotate = fields["rotate"] {
            if isNever(rotate) {
                log.rotateBytes = 0
            } else {
                guard let size = size(rotate, example: "10MB") else { return nil }
                guard size >= 4_096 else {
                    fail(
                        rotate, "a file of less than 4096 bytes holds nothing",
                        suggestion: "write a size such as '10MB'")
                    return nil
                }
                log.rotateBytes = size
            }
        }
        if let every = fields["rotate_every"], !isNever(every) {
            guard let age = duration(every, example: "1d") else { return nil }
            log.rotateAge = age
        }
        if let keep = fields["keep"] {
            guard let count = integer(keep, in: 0...100_000) else { return nil }
            log.keep = count
        }
        if let timestamps = fields["timestamps"] {
            guard let choice = choice(timestamps, as: LogDefinition.Timestamps.self) else { return nil }
            log.timestamps = choice
        }
        if let full = fields["full"] {
            guard let choice = choice(full, as: LogDefinition.Full.self) else { return nil }
            log.full = choice
        }
        if let compress = fields["compress"] {
            guard let flag = boolean(compress) else { return nil }
            log.compress = flag
        }
        return log
    }

    /// A size with its unit, in bytes.
    func size(_ field: Field, example: String) -> Int64? {
        guard let text = plain(field, expecting: "a size such as \(example)") else { return nil }
        guard let size = ByteSize(parsing: text) else {
            fail(field, UnitError.explain(Self.shortened(text), example: example))
            return nil
        }
        return size.bytes
    }
}
