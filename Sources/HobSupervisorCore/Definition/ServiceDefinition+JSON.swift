import HobPolicy
package import HobProtocol

extension ServiceDefinition {
    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("name", name)
        if kind != .service { builder.add("kind", kind.rawValue) }
        builder.add("instances", instances)
        if isNumbered { builder.add("numbered", true) }
        builder.add("command", command.json)
        builder.add("directory", directory.json)
        if !environment.isEmpty {
            // A pair of arrays is half the size of objects; a removed variable has no value.
            builder.add("environment", JSONValue.array(environment.map(Self.json)))
        }
        builder.add("port", port)
        if !after.isEmpty { builder.add("after", after) }
        if !requires.isEmpty { builder.add("requires", requires) }
        if !groups.isEmpty { builder.add("groups", groups) }
        if readiness != .undeclared { builder.add("ready", readiness.json) }
        if restart != RestartPolicy() { builder.add("restart", restart.json) }
        if stop != StopDefinition() { builder.add("stop", stop.json) }
        builder.add("reload", reload?.json)
        builder.add("watchdog", watchdog?.json)
        if notifySocket { builder.add("notifySocket", true) }
        builder.add("beforeStart", hooks.beforeStart?.json)
        builder.add("afterStart", hooks.afterStart?.json)
        builder.add("beforeStop", hooks.beforeStop?.json)
        builder.add("afterStop", hooks.afterStop?.json)
        if process != ProcessAttributes() { builder.add("process", process.json) }
        if log != LogDefinition() { builder.add("log", log.json) }
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "definition")
        self.init(
            name: try reader.text("name"), command: try reader.nested("command"),
            directory: try reader.nested("directory"))
        kind = try reader.optionalChoice("kind") ?? .service
        instances = try reader.integer("instances")
        isNumbered = try reader.flag("numbered")
        for element in reader.optional("environment")?.elements ?? [] {
            environment.append(try Self.variable(element, reader))
        }
        port = try reader.optionalInteger("port")
        after = try reader.texts("after")
        requires = try reader.texts("requires")
        groups = try reader.texts("groups")
        readiness = try reader.optionalNested("ready") ?? .undeclared
        if let json = reader.optional("restart") { restart = try RestartPolicy(json: json) }
        stop = try reader.optionalNested("stop") ?? StopDefinition()
        reload = try reader.optionalNested("reload")
        watchdog = try reader.optionalDuration("watchdog")
        notifySocket = try reader.flag("notifySocket")
        hooks.beforeStart = try reader.optionalNested("beforeStart")
        hooks.afterStart = try reader.optionalNested("afterStart")
        hooks.beforeStop = try reader.optionalNested("beforeStop")
        hooks.afterStop = try reader.optionalNested("afterStop")
        process = try reader.optionalNested("process") ?? ProcessAttributes()
        log = try reader.optionalNested("log") ?? LogDefinition()
        guard (0...Self.maximumInstances).contains(instances) else {
            throw reader.wrong("instances", "from 0 to \(Self.maximumInstances)")
        }
    }

    private static func json(_ variable: EnvironmentVariable) -> JSONValue {
        guard let value = variable.value else { return .array([.string(variable.name)]) }
        return .array([.string(variable.name), value.json])
    }

    private static func variable(_ json: JSONValue, _ reader: JSONObjectReader) throws(JSONError) -> EnvironmentVariable
    {
        guard let parts = json.elements, let name = parts.first?.text, parts.count <= 2 else {
            throw reader.wrong("environment", "pairs of a name and a value")
        }
        return EnvironmentVariable(name: name, value: parts.count == 2 ? try Template(json: parts[1]) : nil)
    }
}
