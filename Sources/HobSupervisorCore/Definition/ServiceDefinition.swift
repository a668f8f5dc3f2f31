package import HobPolicy
package import HobProtocol

/// Everything about one service, normalised: no variables but the instance's own, no names to resolve, no relative
/// paths, no defaults left to fill in. `hob` makes it from hob.yml; the supervisor takes it as it is.
package struct ServiceDefinition: Hashable, Sendable, JSONCodable {
    /// The hooks around a process's life.
    package struct Hooks: Hashable, Sendable {
        /// Runs before the process; a failure aborts the start.
        package var beforeStart: HookDefinition?
        /// Runs when the process is ready; it counts as ready only after a success.
        package var afterStart: HookDefinition?
        /// Runs before the first signal; a failure refuses a stop that is not forced.
        package var beforeStop: HookDefinition?
        /// Runs after each end, with its status in the environment; the next start waits for it.
        package var afterStop: HookDefinition?

        /// Makes an empty set of hooks.
        package init() {}
    }

    /// More instances than this nobody means.
    package static let maximumInstances = 100_000

    /// The service's name.
    package var name: String
    /// Whether it runs for ever or to completion.
    package var kind: ServiceKind = .service
    /// How many instances the file wants; `hob scale` may want another number.
    package var instances = 1
    /// Whether instances carry numbers (`web@1`) even if there is one: true once `instances` was written.
    package var isNumbered = false
    /// What to run.
    package var command: CommandLine
    /// The absolute directory to run in.
    package var directory: Template
    /// The variables of this service, sorted by name; the base environment is added when a process starts.
    package var environment: [EnvironmentVariable] = []
    /// The first instance's port; the next ones count up.
    package var port: Int?
    /// What must be ready before it starts, if it is wanted at all.
    package var after: [String] = []
    /// What is started with it, must be ready before it, and takes it down when it is stopped or fails.
    package var requires: [String] = []
    /// The groups it belongs to, sorted.
    package var groups: [String] = []
    /// How it is known that it may be used.
    @Shared package var readiness = ReadinessDefinition.undeclared
    /// When it is started again.
    @Shared package var restart = RestartPolicy()
    /// How it is ended.
    @Shared package var stop = StopDefinition()
    /// How it is told to read its configuration again; nil when it cannot be.
    @Shared package var reload: ReloadDefinition? = nil
    /// The watchdog's period: a service that says nothing for so long is ended; nil has none.
    package var watchdog: Duration?
    /// Whether it gets a notify socket although its readiness is known otherwise.
    package var notifySocket = false
    /// The hooks.
    @Shared package var hooks = Hooks()
    /// The state its processes start with.
    @Shared package var process = ProcessAttributes()
    /// Its output.
    @Shared package var log = LogDefinition()

    /// Makes a definition with the defaults of a careful operator.
    package init(name: String, command: CommandLine, directory: Template) {
        self.name = name
        self.command = command
        self.directory = directory
    }

    /// Uses the other definition's memory for every part that is the same; a file with a thousand services has few that
    /// differ in more than their commands.
    mutating func share(with other: ServiceDefinition) {
        _readiness.share(with: other._readiness)
        _restart.share(with: other._restart)
        _stop.share(with: other._stop)
        _reload.share(with: other._reload)
        _hooks.share(with: other._hooks)
        _process.share(with: other._process)
        _log.share(with: other._log)
        if environment == other.environment { environment = other.environment }
        if directory == other.directory { directory = other.directory }
        if command == other.command {
            command = other.command
        } else if let program = other.command.words.first, command.words.first == program {
            command.words[0] = program
        }
        if groups == other.groups { groups = other.groups }
        if after == other.after { after = other.after }
        if requires == other.requires { requires = other.requires }
    }

    /// The identity of one of its instances.
    package func identity(of index: Int) -> InstanceIdentity {
        InstanceIdentity(
            service: name, index: index, name: isNumbered || index > 1 ? "\(name)@\(index)" : name,
            port: port.map { $0 + index - 1 })
    }

    /// All services it waits for, each once.
    package var predecessors: [String] {
        var names: [String] = []
        for name in requires + after where !names.contains(name) { names.append(name) }
        return names
    }

    /// Whether its processes get a notify socket.
    package var wantsNotifySocket: Bool {
        notifySocket || watchdog != nil || readiness.kind == .notify
    }
}

/// One variable of an environment.
package struct EnvironmentVariable: Hashable, Sendable {
    /// The name.
    package var name: String
    /// The value; nil removes the variable of the base environment.
    package var value: Template?

    /// Makes a variable.
    package init(name: String, value: Template?) {
        self.name = name
        self.value = value
    }
}
