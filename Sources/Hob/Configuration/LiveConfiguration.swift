import Synchronization

/// The configuration of a running daemon: every read sees the values of one load, and a reload changes them at once.
///
///     let port = configuration[Self.port]
///     for await port in configuration.values(of: Self.port) { … }
public final class LiveConfiguration: Sendable {
    private struct State {
        var snapshot: ConfigurationSnapshot
        /// The keys that the daemon's own code has set.
        var programmed: Set<String> = []
        var files: Set<String>
        var secretFiles: Set<String>
        var subscribers: [UInt64: Subscriber] = [:]
        var nextSubscriber: UInt64 = 0
        var warn: (@Sendable (String) -> Void)?
        /// Warnings that nobody could be told yet.
        var pending: [String] = []
    }

    private struct Subscriber: Sendable {
        let tell: @Sendable (ConfigurationChange) -> Void
        let finish: @Sendable () -> Void
    }

    /// Where the values come from.
    public let sources: ConfigurationSources
    private let state: Mutex<State>
    /// One reload at a time: two at once could put the older one into effect last.
    private let reloading = Mutex<Void>(())

    /// Reads the sources.
    ///
    /// - Throws: Everything that is wrong with them.
    public init(_ sources: ConfigurationSources) throws(ConfigurationError) {
        let load = sources.load()
        self.sources = sources
        state = Mutex(State(snapshot: try load.checked(), files: load.files, secretFiles: load.secretFiles))
    }

    deinit {
        state.withLock { state in state.subscribers.values.forEach { $0.finish() } }
    }

    // MARK: - Reading

    /// The value of a key now.
    ///
    /// - Precondition: The key is one of those that the daemon has declared.
    public subscript<Value>(key: ConfigKey<Value>) -> Value { state.withLock { $0.snapshot[key] } }

    /// The values of all keys now, for those that belong together.
    public var snapshot: ConfigurationSnapshot { state.withLock { $0.snapshot } }

    /// Every change from now on, until the task is cancelled or the configuration is gone.
    public var changes: AsyncStream<ConfigurationChange> {
        let (stream, continuation) = AsyncStream<ConfigurationChange>.makeStream()
        let number = state.withLock { state in
            Self.subscribe(&state, tell: { continuation.yield($0) }, finish: { continuation.finish() })
        }
        continuation.onTermination = { [weak self] _ in self?.unsubscribe(number) }
        return stream
    }

    /// The value of a key: the one of now at once, then each that it changes to; who is slow gets the latest.
    public func values<Value>(of key: ConfigKey<Value>) -> AsyncStream<Value> {
        let (stream, continuation) = AsyncStream<Value>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            continuation.yield(state.snapshot[key])
            return Self.subscribe(
                &state,
                tell: { if $0.contains(key) { continuation.yield($0.snapshot[key]) } },
                finish: { continuation.finish() })
        }
        continuation.onTermination = { [weak self] _ in self?.unsubscribe(number) }
        return stream
    }

    /// The values of all keys: those of now at once, then those after each change; who is slow gets the latest.
    public var snapshots: AsyncStream<ConfigurationSnapshot> {
        let (stream, continuation) = AsyncStream<ConfigurationSnapshot>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            continuation.yield(state.snapshot)
            return Self.subscribe(
                &state, tell: { continuation.yield($0.snapshot) }, finish: { continuation.finish() })
        }
        continuation.onTermination = { [weak self] _ in self?.unsubscribe(number) }
        return stream
    }

    // MARK: - Changing

    /// Reads the sources anew, and puts what may change into effect, all of it at once or, where anything is wrong,
    /// nothing. It waits for the disk.
    public func reload() -> ConfigurationReload {
        reloading.withLock { _ in
            let load = sources.load(known: state.withLock { $0.files })
            let next: ConfigurationSnapshot
            do throws(ConfigurationError) { next = try load.checked() } catch { return .refused(error) }
            return state.withLock { state in
                let change = ConfigurationChange(from: state.snapshot, to: next, programmed: state.programmed)
                state.snapshot = change.snapshot
                state.files = load.files
                state.secretFiles = load.secretFiles
                if change.isEmpty { return .unchanged }
                if !change.changed.isEmpty { state.subscribers.values.forEach { $0.tell(change) } }
                return .applied(change)
            }
        }
    }

    /// Sets a key from the daemon's own code; it stays set over reloads.
    ///
    /// A locked key is set once: by the sources, or by the first call. A later call is ignored with a warning.
    ///
    /// - Parameters:
    ///   - value: what it is to be.
    ///   - key: the key, which is one of the daemon's.
    ///   - force: whether to set a locked key again.
    /// - Returns: Whether the key has the value now; false when it was locked or the key's check refuses the value.
    @discardableResult
    public func set<Value>(_ key: ConfigKey<Value>, to value: Value, force: Bool = false) -> Bool {
        let warning = state.withLock { state -> String? in
            let name = key.name
            guard let current = state.snapshot.values[name] else {
                return "'\(name)' is no key of this daemon: add it to its keys; the value is ignored"
            }
            let next = ConfigurationResolver.Resolved(
                declaration: current.declaration, typed: TypedValue(value), origin: .program)
            if let expected = current.declaration.refusal(value) {
                return "'\(name)' must be \(expected), not '\(next.shown)': the value is ignored"
            }
            if current.declaration.isLocked, current.origin != .defaultValue, !force {
                return "'\(name)' is set once, by \(current.origin): '\(next.shown)' is ignored, it stays "
                    + "'\(current.shown)'"
            }
            state.programmed.insert(name)
            state.snapshot.values[name] = next
            if current.typed.content != next.typed.content {
                let change = ConfigurationChange(of: current, to: next, in: state.snapshot)
                state.subscribers.values.forEach { $0.tell(change) }
            }
            return nil
        }
        guard let warning else { return true }
        report(warning)
        return false
    }

    /// Who is told of warnings, those that have come up before included.
    public func onWarning(_ warn: @escaping @Sendable (String) -> Void) {
        let pending = state.withLock { state in
            state.warn = warn
            defer { state.pending = [] }
            return state.pending
        }
        pending.forEach(warn)
    }

    /// The absolute paths of the files of secrets.
    var secretFiles: Set<String> { state.withLock { $0.secretFiles } }

    private func report(_ warning: String) {
        let warn = state.withLock { state in
            // Whoever never asks for warnings shall not pile them up.
            if state.warn == nil, state.pending.count < 100 { state.pending.append(warning) }
            return state.warn
        }
        warn?(warning)
    }

    private static func subscribe(
        _ state: inout State, tell: @escaping @Sendable (ConfigurationChange) -> Void,
        finish: @escaping @Sendable () -> Void
    ) -> UInt64 {
        state.nextSubscriber += 1
        state.subscribers[state.nextSubscriber] = Subscriber(tell: tell, finish: finish)
        return state.nextSubscriber
    }

    private func unsubscribe(_ number: UInt64) {
        _ = state.withLock { $0.subscribers.removeValue(forKey: number) }
    }
}
