import HobPolicy
import HobSupervisorCore
import HobYAML

/// Reads what is said of a daemon, in a file or by flags, by the same rules.
struct ControlReader {
    /// Reads single values.
    let values: ValueReader
    /// The absolute directory that paths are seen from.
    let directory: String

    /// Everything that is said; what is wrong is reported and left out.
    func read(_ fields: Fields, environment: [String: ExpandedText?]) -> ControlSettings {
        var settings = ControlSettings()
        readCommands(fields, into: &settings)
        readFiles(fields, into: &settings)
        readProcess(fields, into: &settings)
        for (name, value) in environment { settings.environment[name] = value?.plain }
        for field in fields["unset"].map(values.elements) ?? [] {
            guard let name = variableName(field) else { continue }
            settings.environment[name] = .some(nil)
        }
        readReadiness(fields, into: &settings)
        readTimes(fields, into: &settings)
        settings.stop = fields["stop"].flatMap(stop)
        return settings
    }

    // MARK: - Parts

    private func readCommands(_ fields: Fields, into settings: inout ControlSettings) {
        let shell = fields["shell"].flatMap(values.boolean) ?? false
        settings.command = fields["command"].flatMap { command($0, shell: shell) }
        if shell, fields["command"] == nil, !fields.meant.contains("command"), let field = fields["shell"] {
            values.fail(field, "there is no command that a shell could run", suggestion: "write 'command:', too")
        }
        settings.beforeStart = fields["before_start"].flatMap { field in
            if case .sequence = field.node.content { command(field) } else { command(field, shell: true) }
        }
        settings.stopCommand = fields["stop_command"].flatMap(commandOrTable)
        settings.restartCommand = fields["restart_command"].flatMap(commandOrTable)
        settings.daemonizes = fields["daemonize"].flatMap(values.boolean)
    }

    private func readFiles(_ fields: Fields, into settings: inout ControlSettings) {
        settings.identifier = fields["identifier"].flatMap { nonEmpty($0, "a name") }
        settings.pidFile = fields["pid_file"].flatMap(path)
        settings.logFile = fields["log_file"].flatMap(path)
        settings.lockFile = fields["lock_file"].flatMap(path)
        settings.directory = fields["directory"].flatMap { field in
            guard let path = path(field) else { return nil }
            if Paths.isDirectory(path) { return path }
            let isOther = Paths.exists(path)
            values.fail(
                field, "'\(ValueReader.shortened(path))' " + (isOther ? "is no directory" : "does not exist"),
                suggestion: isOther ? "name a directory" : "create it, or correct the path")
            return nil
        }
    }

    private func readProcess(_ fields: Fields, into settings: inout ControlSettings) {
        settings.umask = fields["umask"].flatMap(values.octal)
        settings.keptDescriptors = fields["keep_fd"].map { field in
            values.elements(of: field).compactMap { values.integer($0, in: 3...1_048_575).map { Int32($0) } }
        }
        settings.ignoresInvalidPIDFile = fields["ignore_invalid_pid_file"].flatMap(values.boolean)
    }

    private func readReadiness(_ fields: Fields, into settings: inout ControlSettings) {
        settings.ping = fields["ping"].flatMap(ping)
        settings.awaitsNotification = fields["notify"].flatMap(values.boolean)
        settings.readyPhrase = fields["ready_phrase"].flatMap(values.logPattern)
    }

    private func readTimes(_ fields: Fields, into settings: inout ControlSettings) {
        settings.pingInterval = fields["ping_interval"].flatMap { values.duration($0, example: "100ms") }
        settings.startTimeout = fields["start_timeout"].flatMap { values.duration($0, example: "30s") }
        settings.startAbortTimeout = fields["start_abort_timeout"].flatMap { values.duration($0, example: "10s") }
        settings.stopTimeout = fields["stop_timeout"].flatMap { values.duration($0, example: "30s") }
        settings.logInactivityTimeout = fields["log_inactivity_timeout"].flatMap(limit)
    }

    // MARK: - Values

    /// A command as words, or a text for a shell.
    func command(_ field: Field, shell: Bool = false) -> ControlSettings.Command? {
        guard let line = values.command(field, shell: shell) else { return nil }
        // There are no instances here, hence no marks that would have to be filled in.
        let words = line.resolved(for: InstanceIdentity(service: "", index: 1, name: "", port: nil))
        return shell ? .shell(words[words.count - 1]) : .words(words)
    }

    /// A command, or a mapping with one.
    func commandOrTable(_ field: Field) -> ControlSettings.Command? {
        guard case .mapping = field.node.content else { return command(field) }
        guard let fields = values.fields(of: field, .controlCommand) else { return nil }
        let shell = fields["shell"].map { values.boolean($0) ?? false } ?? false
        guard let inner = fields["command"] else {
            if !fields.meant.contains("command") {
                values.fail(field, "it has no command", suggestion: "write 'command:'")
            }
            return nil
        }
        return command(inner, shell: shell)
    }

    /// A path, absolute.
    func path(_ field: Field) -> String? {
        nonEmpty(field, "a path").map { Paths.join(directory, $0) }
    }

    private func nonEmpty(_ field: Field, _ what: String) -> String? {
        guard let text = values.plain(field, expecting: what) else { return nil }
        if text.isEmpty { values.fail(field, "it is empty", suggestion: "write \(what)") }
        return text.isEmpty ? nil : text
    }

    private func variableName(_ field: Field) -> String? {
        guard let name = values.plain(field, expecting: "a variable's name") else { return nil }
        guard !name.isEmpty, !name.contains("=") else {
            values.fail(
                field, "'\(ValueReader.shortened(name))' is no name of a variable",
                suggestion: "write letters, digits and _")
            return nil
        }
        return name
    }

    private func limit(_ field: Field) -> ControlSettings.Limit? {
        guard let text = values.plain(field, expecting: "a duration such as 10s, or off") else { return nil }
        if text == "off" { return .off }
        let isZero = text == "0" || Duration(parsing: text) == .zero
        guard !isZero else {
            values.fail(field, "'\(text)' is no time at all", suggestion: "write 'off' for no limit")
            return nil
        }
        return values.duration(text, field, example: "10s").map { .after($0) }
    }

    /// One signal, or a ladder: a list, or one text with commas.
    private func stop(_ field: Field) -> ControlSettings.Stop? {
        guard case .scalar(let text, _) = field.node.content else {
            return values.stopSequence(field).map { .sequence($0) }
        }
        let steps = text.split(separator: ",", omittingEmptySubsequences: false).map { step in
            step.split(separator: " ").joined(separator: " ")
        }
        guard steps.count == 1, !steps[0].contains(" ") else {
            let nodes = steps.map { YAMLNode(content: .scalar($0, isPlain: false), place: field.place) }
            return values.stopSequence(
                Field(name: field.name, node: YAMLNode(content: .sequence(nodes), place: field.place))
            ).map { .sequence($0) }
        }
        guard let word = values.plain(field, expecting: "a signal such as TERM") else { return nil }
        return values.signal(word, field).map { .signal($0) }
    }
}
