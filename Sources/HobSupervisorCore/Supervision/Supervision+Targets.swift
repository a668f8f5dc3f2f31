import HobPolicy
package import HobProtocol

// From what people write to the instances they mean.
extension Supervision {
    /// The instances that targets name, each once, in the order of the file.
    ///
    /// - Parameters:
    ///   - targets: services, instances (`web@2`), groups, globs (`web*`) or `/expressions/`; none means all.
    ///   - matches: whether a name matches an expression; the shell knows regular expressions, this type does not.
    ///
    /// Throws an `unknownTarget` failure that suggests the nearest name.
    package func resolve(
        _ targets: [String], matches: (_ expression: String, _ name: String) throws(Failure) -> Bool
    ) throws(Failure) -> [Int] {
        let active = order.flatMap { name in
            (services[name]?.slots ?? []).filter { instances[$0]?.isRetiring == false }
        }
        guard !targets.isEmpty else { return active }
        var chosen: Set<Int> = []
        for target in targets {
            let before = chosen.count
            if services[target] != nil {
                chosen.formUnion(services[target]?.slots.filter { instances[$0]?.isRetiring == false } ?? [])
                // A service scaled to nothing is known all the same.
                continue
            }
            for slot in active {
                guard let record = instances[slot], let service = services[record.identity.service] else { continue }
                if record.identity.name == target || service.definition.value.groups.contains(target) {
                    chosen.insert(slot)
                } else if let expression = Self.expression(in: target) {
                    if try matches(expression, record.identity.name) { chosen.insert(slot) }
                } else if target.contains("*") || target.contains("?"),
                    Glob.matches(target, record.identity.name) || Glob.matches(target, record.identity.service)
                {
                    chosen.insert(slot)
                }
            }
            if chosen.count == before, !isNamed(target, among: chosen) { throw unknown(target) }
        }
        return active.filter(chosen.contains)
    }

    /// Whether a target that added nothing new was at least named before.
    private func isNamed(_ target: String, among chosen: Set<Int>) -> Bool {
        chosen.contains { slot in
            guard let record = instances[slot], let service = services[record.identity.service] else { return false }
            return record.identity.name == target || service.definition.value.groups.contains(target)
                || Self.expression(in: target) != nil || target.contains("*") || target.contains("?")
        }
    }

    private static func expression(in target: String) -> String? {
        guard target.count > 2, target.hasPrefix("/"), target.hasSuffix("/") else { return nil }
        return String(target.dropFirst().dropLast())
    }

    private func unknown(_ target: String) -> Failure {
        var names = order + instances.compactMap { $0?.identity.name }
        for service in services.values { names += service.definition.value.groups }
        let hint =
            Spelling.didYouMean(target, among: names).map { ": \($0)" }
            ?? (order.isEmpty ? ": no services are defined" : "")
        return Failure(.unknownTarget, "there is no service, instance or group '\(target)'\(hint)")
    }
}

/// Shell-like patterns: `*` is any text, `?` any character.
package enum Glob {
    /// Whether a name matches a pattern as a whole.
    package static func matches(_ pattern: String, _ name: String) -> Bool {
        let pattern = Array(pattern.utf8)
        let name = Array(name.utf8)
        var p = 0
        var n = 0
        var star: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, n)
                p += 1
            } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == name[n] {
                p += 1
                n += 1
            } else if let last = star {
                p = last.pattern + 1
                n = last.name + 1
                star = (last.pattern, n)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
