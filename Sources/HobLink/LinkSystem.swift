public import Distributed
import HobSystem
public import Logging
import Synchronization

/// The actor system by which one daemon calls typed functions of another: distributed actors over Unix sockets and TCP.
///
///     public distributed actor Lister {
///         public typealias ActorSystem = LinkSystem
///         public distributed func list(_ path: String) throws -> [String] { … }
///     }
///
///     // One daemon:                                        // Another:
///     let link = LinkSystem()                               let link = LinkSystem()
///     try link.export(Lister(actorSystem: link), as: "lister")    let lister = try link.actor(
///     try await link.listen(on: .unix("/run/l.sock"))           Lister.self, named: "lister", at: .unix("/run/l.sock"))
///                                                           let names = try await lister.list("/tmp")
///
/// The actor's type lies in a library target that both link. Arguments and values are Codable. A connection is made when
/// the first call needs it, and again when it is lost; calls made meanwhile wait until their own deadline. A call that
/// was sent and not answered fails with an error that says that it may have run, and is never repeated by itself.
///
/// Connections, deadlines and heartbeats live on one thread of this object, which begins with the first use and ends with
/// ``shutdown(within:)`` or with the object. The functions run on Swift's threads, as those of any actor.
public final class LinkSystem: DistributedActorSystem, Sendable {
    /// What actors are known by.
    public typealias ActorID = LinkActorID
    /// What writes the arguments of calls.
    public typealias InvocationEncoder = LinkInvocationEncoder
    /// What reads them.
    public typealias InvocationDecoder = LinkInvocationDecoder
    /// What takes the answers of functions.
    public typealias ResultHandler = LinkResultHandler
    /// Arguments and values are Codable.
    public typealias SerializationRequirement = any Codable

    private struct State {
        var inbox: Inbox<LinkCommand>?
        /// Nothing new begins here; functions that still run may call others.
        var isShutDown = false
        /// The thread takes no more commands.
        var isEnded = false
        var exports: [String: any DistributedActor] = [:]
        /// Functions that have been found to belong to an actor's type, and have run.
        var verified: Set<CallTarget> = []

        /// Whether a command of this task comes too late.
        var isRefusing: Bool { isEnded || isShutDown && (inbox == nil || CallDeadline.received == nil) }
    }

    /// The habits it was made with.
    public let configuration: LinkConfiguration
    let logger: Logger
    private let state = Mutex(State())
    private let numbers = Atomic<UInt64>(0)

    /// Makes a link that neither listens nor is connected yet.
    ///
    /// - Parameters:
    ///   - configuration: Its name, limits and deadlines.
    ///   - logger: Hears of clients that come, are refused and go, and of connections that are lost.
    public init(_ configuration: LinkConfiguration = LinkConfiguration(), logger: Logger = Logger(label: "link")) {
        self.configuration = configuration
        self.logger = logger
    }

    deinit {
        state.withLock { $0.inbox }?.post(.stop)
    }

    // MARK: Serving

    /// Lets the other side of every connection call an actor of this process under a name.
    ///
    /// The link keeps the actor until it is withdrawn. Nothing else of this process can be called.
    ///
    /// - Throws: ``LinkError`` with the code `badUse`: the name is empty, too long or taken, or the actor lies elsewhere.
    public func export<Act: DistributedActor>(_ actor: Act, as name: String) throws(LinkError)
    where Act.ActorSystem == LinkSystem {
        guard case .here = actor.id.place else {
            throw LinkError(.badUse, "\(actor.id) is not of this process and cannot be exported")
        }
        guard !name.isEmpty, name.utf8.count <= 255 else {
            throw LinkError(.badUse, "an actor cannot be exported as \"\(name)\": 1 to 255 bytes are allowed")
        }
        let isTaken = state.withLock { state in
            if let present = state.exports[name], present !== actor { return true }
            state.exports[name] = actor
            return false
        }
        if isTaken { throw LinkError(.badUse, "another actor is exported as \"\(name)\": withdraw it first") }
    }

    /// Ends what ``export(_:as:)`` began; calls that run go on.
    public func withdraw(_ name: String) {
        // Let go of outside the lock: the actor's end is user code.
        let actor = state.withLock { $0.exports.removeValue(forKey: name) }
        _ = actor
    }

    /// Accepts connections at an address from now on.
    ///
    /// The file of a Unix socket is made, in place of one to which nobody listens any more, and removed at the shutdown.
    /// Only processes of our own user are answered there, and of those in ``LinkConfiguration/users``.
    ///
    /// - Returns: The address, with the port that was taken.
    /// - Throws: ``LinkError``: somebody else listens there, or the socket cannot be made.
    @discardableResult
    public func listen(on address: LinkAddress) async throws(LinkError) -> LinkAddress {
        let inbox = try inbox()
        let result = await withCheckedContinuation { continuation in
            post(.listen(address, continuation), to: inbox) {
                continuation.resume(returning: .failure(LinkError(.shutDown, "this link is shut down")))
            }
        }
        return try result.get()
    }

    // MARK: Calling

    /// An actor of another process, to be called like one of this.
    ///
    /// Nothing is sent: whether it is there, the first call tells.
    ///
    /// - Parameters:
    ///   - type: Its type, from a library that both sides link.
    ///   - name: The name under which it is exported.
    ///   - address: Where the other side listens.
    /// - Throws: What `resolve` throws for such a type.
    public func actor<Act: DistributedActor>(
        _ type: Act.Type, named name: String, at address: LinkAddress
    ) throws -> Act where Act.ActorSystem == LinkSystem {
        try Act.resolve(id: LinkActorID(place: .there(address, name: name)), using: self)
    }

    // MARK: The end

    /// Takes leave: accepts nothing new, lets the calls that run or wait come to their end, and ends the connections.
    ///
    /// A second call returns at once.
    ///
    /// - Parameter limit: How long that may take; what is left then is cancelled and cut off.
    /// - Returns: How many calls were cut off; those that run here and those made from here.
    @discardableResult
    public func shutdown(within limit: Duration = .seconds(10)) async -> Int {
        let inbox = state.withLock { state -> Inbox<LinkCommand>? in
            defer { state.isShutDown = true }
            return state.isShutDown ? nil : state.inbox
        }
        guard let inbox else { return 0 }
        return await withCheckedContinuation { inbox.post(.shutDown(within: limit, $0)) }
    }

    // MARK: The thread

    /// The way to the thread, which begins with the first use.
    private func inbox() throws(LinkError) -> Inbox<LinkCommand> {
        try state.withLock { state throws(LinkError) in
            if state.isRefusing { throw LinkError(.shutDown, "this link is shut down") }
            if let inbox = state.inbox { return inbox }
            let runner = CallRunner { [weak self] call, deadline in
                guard let self else { return .refused(.unknownActor, "the link is gone") }
                return await self.answer(call, until: deadline)
            } ended: { [weak self] in
                self?.state.withLock { $0.isEnded = true }
            }
            let inbox = try LinkThread.start(configuration, runner, logger)
            state.inbox = inbox
            return inbox
        }
    }

    /// Posts a command unless the link is shut down: then nobody would read it.
    func post(_ command: LinkCommand, to inbox: Inbox<LinkCommand>, orElse refused: () -> Void) {
        let isPosted = state.withLock { state in
            guard !state.isRefusing else { return false }
            inbox.post(command)
            return true
        }
        if !isPosted { refused() }
    }

    func startedInbox() throws(LinkError) -> Inbox<LinkCommand> { try inbox() }

    func nextNumber() -> UInt64 { numbers.add(1, ordering: .relaxed).newValue }

    /// The actor of this name, or the names that there are.
    func exported(_ name: String) -> (actor: (any DistributedActor)?, names: [String]) {
        state.withLock { state in
            let actor = state.exports[name]
            return (actor, actor == nil ? state.exports.keys.sorted() : [])
        }
    }

    /// Whether a function is known to belong to an actor's type.
    func isVerified(_ target: CallTarget) -> Bool { state.withLock { $0.verified.contains(target) } }

    /// Remembers that it does.
    func verify(_ target: CallTarget) {
        // There are as many as functions; were there more, somebody makes names up.
        state.withLock { if $0.verified.count < 4_096 { $0.verified.insert(target) } }
    }

    /// The exported actor of this number.
    func exported(number id: ActorID) -> (any DistributedActor)? {
        state.withLock { state in state.exports.values.first { $0.id as? ActorID == id } }
    }
}
