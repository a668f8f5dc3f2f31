internal import CHobKeeper
import Glibc
package import HobSystem

/// The supervisor's line to its keeper; used on the control thread alone, never blocks.
///
/// Requests that do not fit into the socket wait here. The keeper answers in the order of the requests.
package final class KeeperLink {
    /// What the keeper says unasked.
    package struct Callbacks {
        /// Some child of the keeper has ended: time to ask for those that matter.
        package var childChanged: () -> Void
        /// The keeper got TERM, INT, QUIT or HUP. It repeats it to the next life unless this returns, so whatever
        /// must not be forgotten is journalled in here.
        package var signal: (SignalNumber) -> Void
        /// The keeper has ended; called once, after the completions of all open requests.
        package var keeperGone: () -> Void

        /// Callbacks for the three.
        package init(
            childChanged: @escaping () -> Void, signal: @escaping (SignalNumber) -> Void,
            keeperGone: @escaping () -> Void
        ) {
            self.childChanged = childChanged
            self.signal = signal
            self.keeperGone = keeperGone
        }
    }

    private struct Outgoing {
        var message: hob_keeper_message
        var descriptor: Descriptor?
    }
    private enum Waiting {
        case error(what: String, (SystemError?) -> Void)
        case fate((ChildFate) -> Void)
        case any(((pid: Int32, status: ExitStatus)?) -> Void)
    }

    private let descriptor: Descriptor
    private let loop: EventLoop
    private let callbacks: Callbacks
    private var watch: Watch?
    private var isWaitingForRoom = false
    private var retry: TimerToken?
    private var outgoing = RingQueue<Outgoing>()
    private var waiting = RingQueue<Waiting>()

    /// Takes over the descriptor of --keeper-link and listens to it.
    package init(_ descriptor: Descriptor, on loop: EventLoop, callbacks: Callbacks) throws(SystemError) {
        self.descriptor = descriptor
        self.loop = loop
        self.callbacks = callbacks
        try descriptor.setCloseOnExec(true)
        try descriptor.setNonBlocking(true)
        watch = try loop.watch(descriptor.raw, events: .read) { [unowned self] events in handle(events) }
    }

    deinit {
        close()
    }

    /// Whether there is a keeper.
    package var isOpen: Bool { watch != nil }

    /// How many requests have no answer yet.
    package var openRequests: Int { waiting.count }

    /// Ends it without a word; open requests get no answer.
    package func close() {
        if let watch { loop.cancel(watch) }
        watch = nil
        if let retry { loop.cancel(retry) }
        retry = nil
        descriptor.close()
    }

    // MARK: Requests

    /// Gives the keeper a copy of a descriptor, in place of an older one of that name.
    package func hold(
        _ key: HeldKey, _ held: Descriptor, label: String = "", completion: @escaping (SystemError?) -> Void = { _ in }
    ) {
        var message = Self.message(HOB_KEEPER_STORE, key)
        KeeperLabel.set(&message.label, to: label)
        request(message, held, .error(what: "hold \(key)", completion))
    }

    /// Lets the keeper close what it has under that name.
    package func drop(_ key: HeldKey) {
        send(Self.message(HOB_KEEPER_DROP, key))
    }

    /// Asks what became of a child of the keeper.
    package func status(of pid: Int32, completion: @escaping (ChildFate) -> Void) {
        var message = Self.message(HOB_KEEPER_ASK)
        message.pid = pid
        request(message, nil, .fate(completion))
    }

    /// Asks for any child of the keeper that has ended and is not released; nil when there is none.
    ///
    /// The kernel names the same one until it is released: journal, release, ask again.
    package func anyEnded(completion: @escaping ((pid: Int32, status: ExitStatus)?) -> Void) {
        request(Self.message(HOB_KEEPER_ASK_ANY), nil, .any(completion))
    }

    /// Lets the keeper reap a child that has ended; its number may be a stranger's from then on.
    package func release(_ pid: Int32) {
        var message = Self.message(HOB_KEEPER_RELEASE)
        message.pid = pid
        send(message)
    }

    /// Says that this life is through its beginning: from now on the keeper starts another one when it ends.
    package func ready() { send(Self.message(HOB_KEEPER_READY)) }

    /// Says that everything is being stopped.
    package func stopping() { send(Self.message(HOB_KEEPER_STOPPING)) }

    /// Ends safe mode: the next life is started without --safe.
    package func resumed() { send(Self.message(HOB_KEEPER_RESUMED)) }

    /// The exit status that lets the keeper execute the new executable.
    package static let upgradeStatus = Int32(HOB_KEEPER_UPGRADE_STATUS)

    /// Gives the keeper a new executable, which it executes when this process ends with ``upgradeStatus``.
    package func upgrade(executable: Descriptor, completion: @escaping (SystemError?) -> Void) {
        request(Self.message(HOB_KEEPER_UPGRADE), executable, .error(what: "take the new hobd", completion))
    }

    // MARK: Sending

    private static func message(_ kind: hob_keeper_kind, _ key: HeldKey? = nil) -> hob_keeper_message {
        var message = hob_keeper_message()
        message.kind = UInt16(kind.rawValue)
        if let key {
            message.role = UInt16(key.role.rawValue)
            message.slot = key.slot
            message.index = key.index
        }
        return message
    }

    private func request(_ message: hob_keeper_message, _ descriptor: Descriptor?, _ answer: Waiting) {
        guard isOpen else { return Self.giveUp(answer) }
        waiting.append(answer)
        send(message, descriptor)
    }

    private func send(_ message: hob_keeper_message, _ descriptor: Descriptor? = nil) {
        guard isOpen else { return }
        outgoing.append(Outgoing(message: message, descriptor: descriptor))
        if outgoing.count == 1 { flush() }
    }

    private func flush() {
        while isOpen, let first = outgoing.first {
            let bytes = withUnsafeBytes(of: first.message) { Array($0) }
            do throws(SystemError) {
                guard try send(bytes, with: first.descriptor) else { return wait(forRoom: true) }
            } catch {
                // Too much under way, or no memory: no descriptor announces the end of that.
                if [ETOOMANYREFS, ENOBUFS, ENOMEM].contains(error.code) { return retryLater() }
                // The keeper's end shows itself when reading, after what it said before that.
                return wait(forRoom: false)
            }
            outgoing.popFirst()
        }
        wait(forRoom: false)
    }

    private func send(_ bytes: [UInt8], with held: Descriptor?) throws(SystemError) -> Bool {
        if let held, !held.isClosed {
            do throws(SystemError) {
                return try DescriptorPassing.send(bytes, descriptors: [held.raw], over: descriptor) != nil
            } catch  where error.code != EBADF {
                throw error
            } catch {}
        }
        // Without its descriptor, which was closed meanwhile, it is answered in its turn, and with the true errno.
        return try DescriptorPassing.send(bytes, descriptors: [], over: descriptor) != nil
    }

    private func wait(forRoom wanted: Bool) {
        guard wanted != isWaitingForRoom, let watch else { return }
        isWaitingForRoom = wanted
        try? loop.modify(watch, events: wanted ? [.read, .write] : .read)
    }

    /// Listens again in a moment: what cannot be received now would wake us for ever.
    private func pause() {
        guard let watch else { return }
        try? loop.modify(watch, events: [])
        loop.schedule(after: .milliseconds(20)) { [weak self] in
            guard let self, let watch = self.watch else { return }
            try? loop.modify(watch, events: isWaitingForRoom ? [.read, .write] : .read)
        }
    }

    private func retryLater() {
        wait(forRoom: false)
        guard retry == nil else { return }
        retry = loop.schedule(after: .milliseconds(5)) { [unowned self] in
            retry = nil
            flush()
        }
    }

    // MARK: Receiving

    private func handle(_ events: IOEvents) {
        if events.contains(.write) { flush() }
        // Bounded: the loop comes back for the rest.
        for _ in 0..<256 where isOpen {
            let received: DescriptorPassing.Message?
            do throws(SystemError) {
                received = try DescriptorPassing.receive(over: descriptor, limit: Self.messageSize)
            } catch {
                // A keeper that ended with requests unread leaves one error before its last words.
                if error.code == ECONNRESET { continue }
                // No memory, no descriptors: the keeper is there all the same, and so is what it said.
                return pause()
            }
            guard let received else { return }
            guard !received.bytes.isEmpty else { return keeperEnded() }
            guard received.bytes.count == Self.messageSize else { continue }
            take(received.bytes.withUnsafeBytes { $0.loadUnaligned(as: hob_keeper_message.self) })
        }
    }

    private static let messageSize = MemoryLayout<hob_keeper_message>.size

    private func take(_ message: hob_keeper_message) {
        switch UInt32(message.kind) {
        case HOB_KEEPER_CHILD.rawValue:
            // First, so that a change during the callback rings again.
            taken(0)
            callbacks.childChanged()
        case HOB_KEEPER_SIGNAL.rawValue:
            callbacks.signal(SignalNumber(rawValue: message.status))
            taken(message.status)
        case HOB_KEEPER_STORED.rawValue, HOB_KEEPER_UPGRADED.rawValue, HOB_KEEPER_STATUS.rawValue,
            HOB_KEEPER_STATUS_ANY.rawValue:
            if let asked = waiting.popFirst() { answer(asked, message) }
        default: DaemonLog.write("the keeper sent a message of unknown kind \(message.kind)")
        }
    }

    private func taken(_ number: Int32) {
        var message = Self.message(HOB_KEEPER_TAKEN)
        message.status = number
        send(message)
    }

    private func answer(_ asked: Waiting, _ message: hob_keeper_message) {
        switch asked {
        case .error(let what, let completion):
            completion(
                message.status == 0
                    ? nil
                    : SystemError(
                        code: message.status,
                        message: "the keeper cannot \(what): \(SystemError.fileReason(message.status))"))
        case .fate(let completion): completion(Self.fate(message))
        case .any(let completion):
            if case .exited(let status) = Self.fate(message) {
                completion((pid: message.pid, status: status))
            } else {
                completion(nil)
            }
        }
    }

    private static func fate(_ message: hob_keeper_message) -> ChildFate {
        switch message.flags {
        case HOB_KEEPER_EXITED.rawValue: .exited(ExitStatus(waitStatus: message.status))
        case HOB_KEEPER_ALIVE.rawValue: .alive
        default: .noChild
        }
    }

    private func keeperEnded() {
        close()
        while let asked = waiting.popFirst() { Self.giveUp(asked) }
        callbacks.keeperGone()
    }

    private static func giveUp(_ asked: Waiting) {
        switch asked {
        case .error(let what, let completion):
            completion(SystemError(code: EPIPE, message: "the keeper cannot \(what): it has ended"))
        case .fate(let completion): completion(.keeperGone)
        case .any(let completion): completion(nil)
        }
    }
}
