import HobPolicy
import HobSupervisorCore
import HobYAML

extension ValueReader {
    /// Words that mean something to a shell only.
    private static let shellWords: Set<String> = ["&&", "||", "|", ";", "&", ">", ">>", "<", "2>", "2>&1", "&>"]

    /// How a file says that a shell is meant.
    static let shellRemedy = "write 'shell: true' if a shell is meant"

    /// A command: a text that is split into words, the list of words, or a text for a shell.
    func command(_ field: Field, shell: Bool = false) -> CommandLine? {
        if shell { return shellCommand(field) }
        var words: [Template] = []
        switch field.node.content {
        case .sequence(let nodes):
            for node in nodes {
                guard let word = template(Field(name: field.name, node: node), expecting: "a word") else { return nil }
                words.append(word)
            }
        case .scalar, .mapping:
            guard let split = splitWords(field) else { return nil }
            words = split
        }
        guard let program = words.first, !program.source.isEmpty else {
            fail(field, "it is empty", suggestion: "write a program and its arguments")
            return nil
        }
        return CommandLine(words: words)
    }

    private func splitWords(_ field: Field) -> [Template]? {
        guard let text = scalar(field, expecting: "a command") else { return nil }
        let split: [WordSplitter.Word]
        do throws(WordSplitter.Fault) {
            split = try WordSplitter.words(of: text)
        } catch {
            fail(field, error.message)
            return nil
        }
        var words: [Template] = []
        for word in split {
            guard let expanded = expand(word.text, of: field) else { return nil }
            // `--flag ${EXTRA:-}`: a variable that is empty leaves no word behind, as in a shell.
            if expanded.template.isEmpty, !word.isQuoted { continue }
            if !word.isQuoted, let remedy = Self.remedy(forShellSyntax: word.text) {
                let shown = Self.shortened(word.text)
                context.problems.warning(
                    field.place, "'\(field.name)' in \(owner): '\(shown)' is passed to the program as a word",
                    suggestion: remedy)
            }
            words.append(Template(source: expanded.template))
        }
        return words
    }

    /// What to write instead of a word that only a shell would understand; nil for any other word.
    private static func remedy(forShellSyntax word: String) -> String? {
        if shellWords.contains(word) { return shellRemedy }
        if word == "~" || word.hasPrefix("~/") { return "write '${HOME}\(word.dropFirst())'" }
        let bytes = Array(word.utf8)
        for (index, byte) in bytes.enumerated().dropLast() where byte == UInt8(ascii: "$") {
            let isEscaped = index > 0 && bytes[index - 1] == UInt8(ascii: "$")
            let name = bytes[(index + 1)...].prefix { isNameByte($0) }
            if !isEscaped, !name.isEmpty { return "write '${\(String(decoding: name, as: UTF8.self))}' with braces" }
        }
        return nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || byte == UInt8(ascii: "_")
    }

    /// A text for `/bin/sh -c`.
    func shellCommand(_ field: Field) -> CommandLine? {
        guard case .scalar = field.node.content else {
            fail(
                field, "\(field.node.kind) where a shell's text belongs",
                suggestion: "write one text, or leave out 'shell: true'")
            return nil
        }
        var scope = scope
        scope.isShellText = true
        guard let text = with(scope).template(field) else { return nil }
        guard !text.source.allSatisfy({ $0.isWhitespace }) else {
            fail(field, "it is empty", suggestion: "write what the shell is to run")
            return nil
        }
        return CommandLine(words: [Template(literal: "/bin/sh"), Template(literal: "-c"), text])
    }

    /// A hook: a command, or a mapping with its time limit.
    func hook(_ field: Field, table: KeyTable = .hook) -> HookDefinition? {
        guard case .mapping = field.node.content else { return command(field).map { HookDefinition(command: $0) } }
        return fields(of: field, table).flatMap { hook($0, of: field) }
    }

    /// The hook that a mapping's `command`, `shell` and `timeout` make.
    func hook(_ fields: Fields, of parent: Field) -> HookDefinition? {
        let shell = fields["shell"].map { boolean($0) ?? false } ?? false
        let timeout = fields["timeout"].map { duration($0, example: "30s") } ?? .seconds(30)
        guard let field = fields["command"] else {
            if !fields.meant.contains("command") {
                fail(parent, "it has no command", suggestion: "write 'command:'")
            }
            return nil
        }
        guard let command = command(field, shell: shell), let timeout else { return nil }
        return HookDefinition(command: command, timeout: timeout)
    }

    /// The signal or the command that reloads.
    func reload(_ field: Field) -> ReloadDefinition? {
        if case .mapping = field.node.content {
            return hook(field, table: .reload).map { .command($0) }
        }
        guard let text = plain(field, expecting: "a signal such as HUP, or a mapping with 'command:'") else {
            return nil
        }
        if text.contains(" ") || text.contains("/") {
            fail(field, "'\(Self.shortened(text))' is no signal", suggestion: "write { command: … } for a command")
            return nil
        }
        return signal(text, field).map { .signal($0) }
    }

    /// The way a service is ended.
    func stop(_ field: Field) -> StopDefinition? {
        guard case .mapping = field.node.content else {
            return stopSequence(field).map { StopDefinition(sequence: $0) }
        }
        guard let fields = fields(of: field, .stop), let hook = hook(fields, of: field) else { return nil }
        guard let signals = fields["signals"] else { return StopDefinition(command: hook) }
        return stopSequence(signals).map { StopDefinition(command: hook, sequence: $0) }
    }

    /// The ladder of signals; SIGKILL at its end is understood and left out.
    func stopSequence(_ field: Field) -> StopSequence? {
        let elements = elements(of: field)
        var steps: [StopSequence.Step] = []
        for (index, element) in elements.enumerated() {
            guard let text = plain(element, expecting: "a signal and a time such as 'TERM 10s'") else { return nil }
            let words = text.split(separator: " ", maxSplits: 1).map { String($0) }
            guard let word = words.first, let signal = signal(word, element) else {
                if words.isEmpty { fail(element, "it is empty", suggestion: "write a step such as 'TERM 10s'") }
                return nil
            }
            let isLast = index == elements.count - 1
            if signal == SignalNames.number(of: "KILL") {
                if !isLast {
                    fail(element, "KILL cannot be followed by anything", suggestion: "write it last")
                    return nil
                }
                if words.count > 1 {
                    fail(element, "nothing can be waited for after KILL", suggestion: "write KILL alone")
                    return nil
                }
                continue
            }
            guard words.count == 2 else {
                fail(
                    element, "'\(Self.shortened(text))' does not say how long to wait",
                    suggestion: "write '\(word) 10s'")
                return nil
            }
            guard let patience = duration(words[1], element, example: "10s") else { return nil }
            steps.append(StopSequence.Step(signal: signal, patience: patience))
        }
        return StopSequence(steps: steps)
    }
}
