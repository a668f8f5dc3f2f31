import HobPolicy
import HobSupervisorCore
import HobYAML

/// Reads values for one owner, such as `service 'web'`: nil means that a problem was reported.
struct ValueReader {
    let context: LoadingContext
    /// Whom the values belong to, for messages.
    let owner: String
    /// The variables that the values may use.
    var scope: VariableScope

    /// The same reader for texts that know the service's own variables.
    func with(_ scope: VariableScope) -> ValueReader {
        ValueReader(context: context, owner: owner, scope: scope)
    }

    /// Reports that a value is wrong, and what would be right.
    func fail(_ field: Field, _ message: String, suggestion: String? = nil) {
        fail(field.place, field.name, message, suggestion: suggestion)
    }

    /// Reports that something at a place is wrong.
    func fail(_ place: Place, _ name: String, _ message: String, suggestion: String? = nil) {
        let subject = name.isEmpty ? owner : "'\(name)' in \(owner)"
        context.problems.error(place, "\(subject): \(message)", suggestion: suggestion)
    }

    /// A text as messages show it.
    static func shortened(_ text: String) -> String {
        text.utf8.count > 80 ? text.prefix(60) + "…" : text
    }

    // MARK: - Mappings

    /// The values of a mapping; keys that the table does not know are reported.
    func fields(of field: Field, _ table: KeyTable) -> Fields? {
        guard case .mapping(let entries) = field.node.content else {
            fail(
                field, "\(field.node.kind) where a mapping belongs",
                suggestion: "write keys such as '\(table.keys[0].name):'")
            return nil
        }
        var fields: [(name: String, field: Field)] = []
        var meant: Set<String> = []
        let parent = field.name.isEmpty ? owner : "'\(field.name)' of \(owner)"
        for entry in entries {
            if table[entry.key] == nil {
                if table.allowsExtensions, entry.key.hasPrefix("x-") { continue }
                if let until = table.later[entry.key] {
                    context.problems.error(
                        entry.place, "'\(entry.key)' is not available yet in this version", suggestion: until)
                } else if !context.problems.isFull {
                    let key = table.meant(by: entry.key)
                    if let key { meant.insert(key) }
                    context.problems.error(
                        entry.place, "unknown key '\(Self.shortened(entry.key))' in \(parent)",
                        suggestion: table.hints[entry.key] ?? key.map { "did you mean '\($0)'?" })
                }
                continue
            }
            let name = field.name.isEmpty ? entry.key : "\(field.name).\(entry.key)"
            if entry.value.isNull {
                meant.insert(entry.key)
                fail(
                    entry.place, name, "it has no value",
                    suggestion: table.required.contains(entry.key) ? "give it one" : "give it one, or remove the line")
                continue
            }
            fields.append((entry.key, Field(name: name, node: entry.value)))
        }
        return Fields(fields, meant: meant)
    }

    /// The elements of a list; a value that is no list counts as a list of itself.
    func elements(of field: Field) -> [Field] {
        guard case .sequence(let nodes) = field.node.content else { return [field] }
        return nodes.map { Field(name: field.name, node: $0) }
    }

    // MARK: - Texts

    /// The raw text of a scalar.
    func scalar(_ field: Field, expecting: String = "a text") -> String? {
        guard case .scalar(let text, _) = field.node.content, !field.node.isNull else {
            fail(field, "\(field.node.kind) where \(expecting) belongs")
            return nil
        }
        return text
    }

    /// A text with its variables resolved.
    func expanded(_ field: Field, expecting: String = "a text") -> ExpandedText? {
        guard let text = scalar(field, expecting: expecting) else { return nil }
        return expand(text, of: field)
    }

    /// Resolves the variables of a text that belongs to a field.
    func expand(_ text: String, of field: Field) -> ExpandedText? {
        let (result, faults) = VariableExpander.expand(text, in: scope)
        for fault in faults {
            context.problems.error(
                context.place(of: fault.reference, from: field.place), "\(fault.message) ('\(field.name)' in \(owner))",
                suggestion: fault.suggestion)
        }
        guard faults.isEmpty else { return nil }
        guard !result.plain.utf8.contains(0) else {
            fail(field, "it holds a NUL character, which no program can be given")
            return nil
        }
        return result
    }

    /// A text that is the same for all instances.
    func plain(_ field: Field, expecting: String = "a text") -> String? {
        guard let text = expanded(field, expecting: expecting) else { return nil }
        guard !text.hasMarks else {
            fail(field, "'\(text.plain)' differs between instances, which this value cannot")
            return nil
        }
        return text.plain
    }

    /// A text that may differ between instances.
    func template(_ field: Field, expecting: String = "a text") -> Template? {
        expanded(field, expecting: expecting).map { Template(source: $0.template) }
    }

    /// A list of plain texts, or one of them.
    func texts(_ field: Field) -> [(text: String, field: Field)] {
        elements(of: field).compactMap { element in plain(element).map { ($0, element) } }
    }

    // MARK: - Values

    /// `true` or `false`.
    func boolean(_ field: Field) -> Bool? {
        guard let text = plain(field, expecting: "true or false") else { return nil }
        switch text {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default:
            fail(field, "'\(Self.shortened(text))' is not understood", suggestion: "write true or false")
            return nil
        }
    }

    /// A whole number within a range.
    func integer(_ field: Field, in range: ClosedRange<Int>) -> Int? {
        guard let text = plain(field, expecting: "a number") else { return nil }
        guard let number = Int(text), range.contains(number), !text.hasPrefix("+") else {
            let bounds =
                range.upperBound == .max
                ? "a number from \(range.lowerBound)" : "a number from \(range.lowerBound) to \(range.upperBound)"
            fail(field, "'\(Self.shortened(text))' is not \(bounds)")
            return nil
        }
        return number
    }

    /// One of the words of an enumeration.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ field: Field, as type: Choice.Type = Choice.self, others: [String: String] = [:]
    ) -> Choice? where Choice.RawValue == String {
        guard let text = plain(field, expecting: "a word") else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        let meant = others[text.lowercased()] ?? Spelling.nearest(to: text, among: words)
        fail(
            field, "'\(Self.shortened(text))' is not one of \(words.joined(separator: ", "))",
            suggestion: meant.map { "did you mean '\($0)'?" })
        return nil
    }

    /// A duration with its unit.
    func duration(_ field: Field, example: String = "10s", canBeZero: Bool = false) -> Duration? {
        guard let text = plain(field, expecting: "a duration such as \(example)") else { return nil }
        return duration(text, field, example: example, canBeZero: canBeZero)
    }

    /// A duration that is a part of a text.
    func duration(_ text: String, _ field: Field, example: String, canBeZero: Bool = false) -> Duration? {
        guard let duration = Duration(parsing: text) else {
            fail(field, UnitError.explain(Self.shortened(text), example: example))
            return nil
        }
        guard canBeZero || duration > .zero else {
            fail(field, "'\(text)' is no time at all", suggestion: "write a duration above 0s, such as '\(example)'")
            return nil
        }
        return duration
    }

    /// `100ms..30s`, or one duration for both ends.
    func durationRange(_ field: Field, example: String) -> ClosedRange<Duration>? {
        guard let text = plain(field, expecting: "a range of durations such as \(example)") else { return nil }
        guard let separator = text.firstRange(of: "..") else {
            if let single = Duration(parsing: text), single > .zero { return single...single }
            if Double(text) != nil {
                fail(field, UnitError.explain(text, example: String(example.prefix { $0 != "." })))
            } else {
                fail(
                    field, "'\(Self.shortened(text))' is not understood",
                    suggestion: "write a duration, or a range such as '\(example)'")
            }
            return nil
        }
        guard let low = duration(String(text[..<separator.lowerBound]), field, example: "100ms"),
            let high = duration(String(text[separator.upperBound...]), field, example: "30s")
        else { return nil }
        guard low <= high else {
            fail(
                field, "'\(text)' begins above its end",
                suggestion: "write the shorter duration first, as in '\(example)'")
            return nil
        }
        return low...high
    }

    /// A signal by its name.
    func signal(_ text: String, _ field: Field) -> Int32? {
        if let number = SignalNames.number(of: text) { return number }
        let word = text.uppercased().hasPrefix("SIG") ? String(text.dropFirst(3)) : text
        fail(
            field, "'\(Self.shortened(text))' is no signal",
            suggestion: Spelling.didYouMean(word, among: SignalNames.all) ?? "write a name such as TERM, HUP or USR1")
        return nil
    }
}
