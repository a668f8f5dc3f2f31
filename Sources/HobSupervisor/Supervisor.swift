import Glibc
import HobPolicy
import HobProtocol
import HobSupervisorCore
package import HobSystem

/// The shell around ``Supervision``: one control thread that waits for the kernel, tells the supervision what happened,
/// and does what it says. Nothing slow happens here: logs, probes, spawns and the disk have threads of their own.
package final class Supervisor {
    /// Messages from the other threads.
    enum Message: Sendable {
        case spawned(slot: Int, generation: UInt64, Result<SpawnedProcess, SpawnFailure>)
        case log(LogEvent)
        case probe(ProbeEvent)
        case portHolder(slot: Int, generation: UInt64, port: UInt16, PortHolder?)
        case stored(ticket: UInt64, SystemError?)
    }

    let options: SupervisorOptions
    let loop: EventLoop
    var runtime: RuntimeDirectory
    let original: OriginalLimits
    let scope: UInt32
    let spawner = Spawner()
    let logs: LogPipeline
    let prober: Prober
    let store: StateStore
    let inbox: Inbox<Message>
    let helpers: Inbox<HelperMessage>
    var fifos: Descriptor
    var notifies: Descriptor

    var supervision: Supervision
    var runtimes: [InstanceRuntime?] = []
    var history = EventHistory()
    var server: ControlServer?
    /// Probes under way, by the number the prober knows them by.
    var probes: [UInt64: (slot: Int, generation: UInt64)] = [:]
    var nextProbe: UInt64 = 1
    /// Events that came up while others were being acted upon.
    var pending: [(slot: Int, event: InstanceEvent)] = []
    var isDispatching = false
    /// States not yet told, in the order of their coming.
    var changed: [Int: ActualState] = [:]
    var changeOrder: [Int] = []
    /// Orders that have ended and are not yet answered.
    var over: [(operation: UInt64, outcomes: [Outcome])] = []
    /// The newest order to store, and the newest that is stored.
    var storeTicket: UInt64 = 0
    var storedTicket: UInt64 = 0
    /// The newest order that the disk did not take, and why; nil when all is stored.
    var storeFailure: (ticket: UInt64, error: SystemError)?
    /// Operations that somebody waits for.
    var waiting: [UInt64: WaitingOrder] = [:]
    /// Answers that wait until what they tell of is on the disk.
    var unstored: [(ticket: UInt64, send: (SystemError?) -> Void)] = []
    /// When they are answered at the latest, while there are any.
    var storeDeadline: TimerToken?
    /// Requests for a drained log, by token.
    var flushes: [UInt64: PendingFlush] = [:]
    var flushOfToken: [UInt64: (flush: UInt64, slot: Int)] = [:]
    /// 0 is the token of what nobody waits for.
    var nextToken: UInt64 = 1
    var isShuttingDown = false
    /// Everything is being stopped because the supervisor ends: what is wanted stays as it is on the disk.
    var keepsWanted = false
    /// The slots that may have a sweep under way: looked at after every end of a process.
    var sweeping: Set<Int> = []
    /// Processes of ours that are nobody's of us, as last seen; nil when nobody has looked.
    var scattered: Scattered?
    /// The wake-up at hand.
    private(set) var turn: UInt64 = 0
    /// Former main processes of ours that named a successor and still live.
    var retired: [ProcessHandle] = []
    /// How many successors were ever named: while none was, no orphan can be a main process.
    var adoptedMains = 0
    /// The lines of the newest apply as they came, until the store has them.
    var appliedLines: [UInt8]?

    /// The line to the keeper; nil when there never was one.
    package private(set) var link: KeeperLink?
    /// What the keeper held when this life began and nobody has taken yet.
    var held: HeldDescriptors
    /// What the keeper holds of ours now.
    var kept: [HeldKey: HeldDescriptor] = [:]
    /// The keeper's number, for as long as the link is open.
    let keeperPID: Int32
    /// What a next life finds.
    var journal: Journal
    /// Processes that earlier lives have made, by pid.
    var adopted: [Int32: AdoptedProcess] = [:]
    var isAskingKeeper = false
    /// Children of the keeper that have ended, as we know, and that it has not reaped yet.
    var zombies: Set<Int32> = []
    /// Whether the keeper has seen a life before this one: then only the supervisor was gone, and never for long.
    let isSuccessor: Bool
    /// Whether nothing is started or ended by itself: the supervisor has died too often in a short time.
    var isSafe: Bool
    /// What an earlier life has left, until it is taken up.
    var recoveredState: Journal.Recovered?
    /// Whether actions of an earlier life are being done again: what exists is taken over instead of being made.
    var isResuming = false
    /// Main processes that have ended, to be reaped as soon as that is written down.
    var endedMains: [ProcessHandle] = []
    /// What is to be done once the event at hand is written down.
    var afterRecord: [() -> Void] = []
    /// The self-check of a hobd that is to take our place.
    var upgradeCheck: HelperProcess?
    /// Whether the loop has ended for a new hobd: everything stays as it is for it.
    var isGivingWay = false
    /// Ends a control thread that is stuck.
    private let guardTimer: AbortTimer
    /// Whether the loop has ended.
    private(set) var isEnding = false

    var lock: FileLock
    /// Tells when somebody removes what is in the runtime directory.
    let runtimeWatcher: FileWatcher?
    var isRepairing = false
    private var isLingering = false
    private let signals: SignalWatcher

    /// Takes the scope's lock, opens everything, and is ready to run.
    ///
    /// Signals must be blocked before any thread starts; ``SupervisorProcess`` does that.
    package init(_ options: SupervisorOptions, original: OriginalLimits, held: HeldDescriptors) throws {
        self.options = options
        self.original = original
        self.held = held
        guardTimer = try AbortTimer()
        runtime = try RuntimeDirectory.prepare(options.runtime)
        keeperPID = Self.keeper(of: options)
        isSafe = options.isSafe
        var heldLock = self.held.take(HeldKey(.lock))
        if heldLock == nil { heldLock = self.held.takeUnnamed("lock", in: runtime.descriptor) }
        isSuccessor = heldLock != nil
        lock = try Self.lock(heldLock, in: runtime)
        scope = try Self.scope(of: runtime.path)
        journal = try Journal.open(in: runtime.descriptor)
        try ProcessControl.becomeSubreaper()
        loop = try EventLoop()
        fifos = try Self.directory("fifo", in: runtime.descriptor, mode: 0o700)
        notifies = try Self.directory("notify", in: runtime.descriptor, mode: 0o711)
        let state = try Self.openDirectory(options.state)
        let logDirectory = try Self.openDirectory(options.logs)
        let contents = try StateStore.load(from: state)

        supervision = Supervision(seed: UInt64.random(in: .min ... .max))
        history = EventHistory(after: journal.head.lastEvent)
        // The loop's closures need an owner that exists; they find it here once the initialiser is through.
        let owner = Owner()
        inbox = try loop.inbox { message in owner.supervisor?.receive(message) }
        helpers = try loop.inbox { message in message.helper.helper.spawned(message.result) }
        let inbox = inbox
        store = try StateStore(directory: state) { inbox.post(.stored(ticket: $0, $1)) }
        logs = try LogPipeline(
            logs: logDirectory, runtime: runtime.descriptor, oomScoreAdjustment: original.changedOOMScore
        ) { inbox.post(.log($0)) }
        prober = try Prober { inbox.post(.probe($0)) }
        signals = try SignalWatcher(SupervisorProcess.signals)
        // Without it a directory that vanishes is found missing by whoever needs it.
        runtimeWatcher = try? FileWatcher()
        owner.supervisor = self
        let (guardTimer, patience) = (guardTimer, options.patience)
        loop.beforeDispatch = { [unowned self] in
            guardTimer.arm(after: patience)
            turn &+= 1
        }
        loop.afterDispatch = { guardTimer.disarm() }
        loop.atRest = { [unowned self] in giveBackMemory() }
        try loop.watch(signals.raw, events: .read) { [unowned self] _ in receiveSignals() }
        if let number = options.keeperLink {
            link = try KeeperLink(Descriptor(owning: number), on: loop, callbacks: keeperCallbacks)
        }
        let listener = self.held.take(HeldKey(.listener))
        server = try ControlServer(in: runtime.descriptor, adopting: listener, on: loop, supervisor: self)
        hold(HeldKey(.lock), lock.descriptor)
        if let listener = server?.descriptor { hold(HeldKey(.listener), listener) }
        watchRuntime()
        try begin(contents)
        // Everything was opened anew by its name, or was in the table.
        self.held.closeUnnamed()
    }

    /// Who made the other end of our line: our parent, unless it has died already.
    private static func keeper(of options: SupervisorOptions) -> Int32 {
        guard let number = options.keeperLink else { return getppid() }
        let line = Descriptor(owning: number)
        defer { _ = line.release() }
        return (try? PeerCredentials.of(line))?.pid ?? getppid()
    }

    /// The scope's lock: the keeper's, or a new one. A hobd that is about to end is waited for.
    private static func lock(_ held: Descriptor?, in runtime: RuntimeDirectory) throws -> FileLock {
        if let held { return FileLock(adopting: held) }
        let deadline = MonotonicTime.now() + .seconds(2)
        while true {
            if let lock = try FileLock.tryAcquire("lock", in: runtime.descriptor) { return lock }
            // One that has removed its socket has only its last instructions before it.
            let isServed = (try? FileStatus.of(ControlServer.name, in: runtime.descriptor)) != nil
            guard !isServed, MonotonicTime.now() < deadline else { throw StartFailure.alreadyRunning(runtime.path) }
            usleep(5_000)
        }
    }

    /// Goes on where an earlier life was killed, or begins with what is stored.
    private func begin(_ contents: StateStore.Contents) throws {
        if let recovered = journal.takeRecovered() {
            supervision = try Supervision(
                recovering: recovered.journal, seed: UInt64.random(in: .min ... .max))
            if contents.wanted.revision != supervision.revision { appliedLines = supervision.appliedSet.bytes }
            takeOver(recovered)
        } else {
            isSafe = false
            restore(contents)
            record()
        }
    }

    /// Holds the supervisor for closures made before it.
    private final class Owner {
        weak var supervisor: Supervisor?
    }

    /// Why a supervisor did not start.
    package enum StartFailure: Error, CustomStringConvertible {
        /// Another one has this scope.
        case alreadyRunning(String)
        /// We are marked with the lowest number there is.
        case noTagLeft

        package var description: String {
            switch self {
            case .alreadyRunning(let place): "another hobd is running for \(place)"
            case .noTagLeft:
                "RLIMIT_LOCKS leaves no number to mark processes with: supervisors are nested too deeply for a "
                    + "user who is not root"
            }
        }
    }

    private static func scope(of path: String) throws -> UInt32 {
        let hard = try ProcessLimits.get(.locks).hard
        // A limit that is there can always be lowered; raising it takes a right that even root may lack.
        let ceiling: UInt64? = hard == ResourceLimit.unlimited ? nil : hard
        guard let scope = ProcessTag.scope(named: path, below: ceiling) else { throw StartFailure.noTagLeft }
        return scope
    }

    static func directory(
        _ name: String, in parent: Descriptor, mode: UInt32
    ) throws(SystemError) -> Descriptor {
        _ = try parent.makeDirectory(name, mode: mode)
        let directory = try Descriptor.open(name, in: parent, flags: [.readOnly, .directory, .noFollow])
        // The umask may have taken bits away that a service's user needs.
        try directory.changeMode(mode)
        return directory
    }

    private static func openDirectory(_ path: String) throws(SystemError) -> Descriptor {
        try Descriptor.open(path, flags: [.readOnly, .directory])
    }

    /// Runs until the last service is down and nobody wants another.
    ///
    /// - Returns: the exit status for the keeper.
    package func run() throws(SystemError) -> Int32 {
        try loop.run()
        isEnding = true
        if isGivingWay {
            logs.stop(within: .seconds(1))
            store.stop()
            return KeeperLink.upgradeStatus
        }
        let isAllWritten = logs.stop(within: Self.logPatience)
        store.stop()
        server?.close()
        journal.remove()
        clearRuntime(keepingStaging: !isAllWritten)
        try? lock.release()
        return 0
    }

    /// Nothing has happened for a while: buffers that grew with the last burst go.
    private func giveBackMemory() {
        pending = []
        changed = [:]
        changeOrder = []
        supervision.giveBackMemory()
        ProcessMemory.giveBack()
    }

    /// Takes over what an earlier life stored; starts it when told to.
    private func restore(_ contents: StateStore.Contents) {
        supervision.restore(revision: contents.wanted.revision, environment: contents.applied?.environment ?? [])
        guard options.start, let applied = contents.applied else { return }
        let stored = contents.wanted
        do throws(Failure) {
            let now = Clock.now
            // Numbers first, so that nobody is started who is then too many.
            let (_, first) = try supervision.apply(applied, bringUp: nil, operation: nil, at: now)
            perform(first)
            perform(supervision.handle(.scale(stored.scales), operation: nil, at: now))
            let down = Set(stored.down)
            let slots = try supervision.resolve([]) { _, _ throws(Failure) in false }.filter { slot in
                supervision.instances[slot].map { !down.contains($0.identity.name) } ?? false
            }
            perform(supervision.handle(.start(slots), operation: nil, at: now))
        } catch {
            DaemonLog.write("the stored definitions cannot be used: \(error.message)")
        }
    }

    private func receive(_ message: Message) {
        switch message {
        case .spawned(let slot, let generation, let result): spawned(slot, generation, result)
        case .log(let event): receive(event)
        case .probe(let event): receive(event)
        case .portHolder(let slot, let generation, let port, let holder):
            foundHolder(slot, generation, port, holder)
        case .stored(let ticket, let error): stored(ticket, error)
        }
    }

    private func receiveSignals() {
        while let signal = (try? signals.next()) ?? nil {
            if signal.signal == .child { reapOrphans() } else { follow(signal.signal) }
        }
    }

    func follow(_ signal: SignalNumber) {
        switch signal {
        case .terminate, .interrupt, .quit: shutDown()
        case .hangUp:
            DaemonLog.write("SIGHUP: opening the log files anew")
            logs.reopen()
        case .user2:
            guard let faults = options.faults else { return }
            do { try SupervisorProcess.arm(faults) } catch { DaemonLog.write("\(error)") }
        default: break
        }
    }

    /// Stops everything in its order, then ends the loop.
    func shutDown() {
        guard !isShuttingDown else { return }
        isShuttingDown = true
        DaemonLog.write("stopping all services")
        link?.stopping()
        let all = supervision.instances.indices.filter { supervision.instances[$0] != nil }
        perform(supervision.takeDownForShutdown(all, at: Clock.now))
        endIfDone()
    }

    /// Ends the loop when nothing of any instance is left and everybody has been answered.
    func endIfDone() {
        guard isShuttingDown, waiting.isEmpty, unstored.isEmpty,
            supervision.instances.allSatisfy({ $0?.machine.isGone ?? true })
        else { return }
        guard server?.isFlushed ?? true else {
            // A client that does not read its answer must not keep us alive.
            if !isLingering { loop.schedule(after: .milliseconds(500)) { [unowned self] in loop.stop() } }
            isLingering = true
            return
        }
        loop.stop()
    }
}
