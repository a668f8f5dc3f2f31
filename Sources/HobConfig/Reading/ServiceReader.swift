import HobPolicy
import HobProtocol
import HobSupervisorCore
import HobYAML

/// Reads one service of a file.
struct ServiceReader {
    let context: LoadingContext
    /// The file as it was named, for what is seen from it.
    let file: String
    /// The absolute directory of the file.
    let directory: String

    /// The service under a name; nil when what stands there is no service at all. Parts that are wrong are reported
    /// and keep their defaults, so that all mistakes are found in one go.
    func read(_ entry: YAMLEntry) -> ParsedService? {
        let name = entry.key
        let owner = "service '\(ValueReader.shortened(name))'"
        // Values that are the same for all instances know neither the marks nor the service's own variables.
        let plain = ValueReader(context: context, owner: owner, scope: VariableScope(environment: context.variables))
        guard !entry.value.isNull else {
            reportMissingCommand(owner, entry.place)
            return nil
        }
        let body = Field(name: "", node: entry.value)
        guard let fields = plain.fields(of: body, .service) else { return nil }

        var values = plain
        values.scope.marks = fields["port"] == nil ? [.instance, .name] : [.port, .instance, .name]
        var environmentReader = EnvironmentReader(values: values, file: file)
        let environment = environmentReader.read(fields)
        values.scope.own = environment.compactMapValues { $0 }

        var service = ParsedService(
            place: entry.place,
            definition: ServiceDefinition(
                name: name, command: CommandLine(words: [Template(literal: name)]),
                directory: Template(literal: directory)))
        service.definition.environment = environment.sorted { $0.key < $1.key }
            .map { EnvironmentVariable(name: $0.key, value: $0.value.map { Template(source: $0.template) }) }
        readCommand(fields, plain, values, &service)
        readNumbers(fields, plain, &service)
        readLife(fields, plain, values, &service.definition)
        service.definition.process = plain.processAttributes(fields)
        readDirectory(fields, values, &service.definition)
        makeSocketAbsolute(&service.definition)
        service.after = references(fields["after"], plain)
        service.requires = references(fields["requires"], plain)
        return service
    }

    // MARK: - Parts

    private func readCommand(
        _ fields: Fields, _ plain: ValueReader, _ values: ValueReader, _ service: inout ParsedService
    ) {
        let shell = fields["shell"].map { plain.boolean($0) ?? false } ?? false
        guard let field = fields["command"] else {
            if !fields.meant.contains("command") { reportMissingCommand(plain.owner, service.place) }
            return
        }
        guard let command = values.command(field, shell: shell) else { return }
        service.definition.command = command
        if !shell { service.commandPlace = field.place }
    }

    private func reportMissingCommand(_ owner: String, _ place: Place) {
        context.problems.error(place, "\(owner) has no command", suggestion: "write 'command:' below its name")
    }

    private func readNumbers(_ fields: Fields, _ plain: ValueReader, _ service: inout ParsedService) {
        if let field = fields["instances"] {
            service.definition.isNumbered = true
            if let count = plain.integer(field, in: 0...100_000) { service.definition.instances = count }
        }
        guard let field = fields["port"], let port = plain.integer(field, in: 1...65_535) else { return }
        service.definition.port = port
        service.portPlace = field.place
        let last = port + max(1, service.definition.instances) - 1
        if last > 65_535 {
            plain.fail(
                field, "the ports of \(service.definition.instances) instances end at \(last), above 65535",
                suggestion: "begin lower")
        }
    }

    private func readLife(
        _ fields: Fields, _ plain: ValueReader, _ values: ValueReader, _ definition: inout ServiceDefinition
    ) {
        if let field = fields["type"], let kind = plain.choice(field, as: ServiceKind.self, others: Self.foreignKinds) {
            definition.kind = kind
        }
        let isTask = definition.kind == .task
        definition.restart = RestartPolicy(condition: isTask ? .never : .always)
        if let restart = fields["restart"].flatMap({ plain.restart($0, isTask: isTask) }) {
            definition.restart = restart
        }
        if let ready = fields["ready"].flatMap(values.readiness) { definition.readiness = ready }
        if let stop = fields["stop"].flatMap(values.stop) { definition.stop = stop }
        definition.reload = fields["reload"].flatMap(values.reload)
        definition.hooks.beforeStart = fields["before_start"].flatMap { values.hook($0) }
        definition.hooks.afterStart = fields["after_start"].flatMap { values.hook($0) }
        definition.hooks.beforeStop = fields["before_stop"].flatMap { values.hook($0) }
        definition.hooks.afterStop = fields["after_stop"].flatMap { values.hook($0) }
        definition.watchdog = fields["watchdog"].flatMap { plain.duration($0, example: "30s") }
        definition.notifySocket = fields["notify"].flatMap(plain.boolean) ?? false
        if let log = fields["log"].flatMap(plain.log) { definition.log = log }
    }

    /// The directory must be there, if it is known before an instance starts.
    private func readDirectory(_ fields: Fields, _ values: ValueReader, _ definition: inout ServiceDefinition) {
        let root = definition.process.root
        if root != nil { definition.directory = Template(literal: "/") }
        guard let field = fields["directory"], let text = values.expanded(field, expecting: "a path") else { return }
        guard !text.plain.isEmpty else {
            return values.fail(field, "it is empty", suggestion: "write a path, or remove the line")
        }
        let base = root == nil ? Template(literal: directory).source : "/"
        definition.directory = Template(source: Paths.join(base, text.template))
        if text.hasMarks { return }
        let path = Paths.join(root == nil ? directory : "/", text.plain)
        let outside = root.map { Paths.join($0, String(path.dropFirst())) } ?? path
        if !Paths.isDirectory(outside) {
            let isOther = Paths.exists(outside)
            values.fail(
                field, "'\(ValueReader.shortened(outside))' " + (isOther ? "is no directory" : "does not exist"),
                suggestion: isOther ? "name a directory" : "create it, or correct the path")
        }
    }

    /// The supervisor connects from elsewhere: a path is seen from the service's directory, and its root.
    private func makeSocketAbsolute(_ definition: inout ServiceDefinition) {
        guard case .unix(let path) = definition.readiness.kind, !path.source.hasPrefix("@") else { return }
        let inside = Paths.join(definition.directory.source, path.source)
        let root = definition.process.root.map { Template(literal: $0).source } ?? ""
        definition.readiness.kind = .unix(Template(source: root == "/" ? inside : root + inside))
    }

    private func references(_ field: Field?, _ plain: ValueReader) -> [ParsedService.Reference] {
        guard let field else { return [] }
        return plain.texts(field).map { ParsedService.Reference(name: $0.text, place: $0.field.place) }
    }

    /// Words of other tools for the kinds.
    private static let foreignKinds = [
        "oneshot": "task", "job": "task", "simple": "service", "daemon": "service", "longrun": "service",
        "process": "service", "notify": "service",
    ]
}
