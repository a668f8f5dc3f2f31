import HobSystem

/// All processes of the daemon: its main process with its descendants, and whoever carries the mark.
///
/// Every process is held by its pidfd from the moment it is seen, and gets each signal once.
final class DaemonTree {
    private final class Member {
        let handle: ProcessHandle
        var watch: Watch?
        var signals: Set<Int32> = []

        init(_ handle: ProcessHandle) {
            self.handle = handle
        }
    }

    private let loop: EventLoop
    private let mark: DaemonMark
    private var members: [ProcessIdentity: Member] = [:]
    private var whenGone: (() -> Void)?
    private var isExpectingMore: () -> Bool = { false }
    private var nextLook: TimerToken?
    /// The scan for the last signal found nobody, and nobody has come up since.
    private var wasFoundEmpty = false
    /// What all of them were sent last: whoever comes up later gets it, too.
    private var standing: Int32?

    init(mark: DaemonMark, on loop: EventLoop) {
        self.mark = mark
        self.loop = loop
    }

    /// Counts a process (and what descends from it) among the tree, whatever mark it carries.
    func add(_ identity: ProcessIdentity) {
        guard members[identity] == nil else { return }
        _ = member(identity)
        // What it has started may outlive it unmarked: seen now, held from now on.
        hold(ProcessTree.descendants(of: identity.pid))
    }

    /// Sends a signal to one process, unless it has had it.
    func signal(_ identity: ProcessIdentity, _ signal: Int32) {
        guard let member = member(identity), member.signals.insert(signal).inserted else { return }
        _ = try? member.handle.signal(SignalNumber(rawValue: signal))
    }

    /// Sends a signal to every process of the tree that has not had it.
    func signalAll(_ signal: Int32) {
        standing = signal
        scan()
        wasFoundEmpty = members.isEmpty
        signalMembers()
    }

    /// Calls the body, once, when a scan has found nobody: later, also when nobody is left now.
    ///
    /// - Parameter unless: Whether another process may still be coming; ``look()`` asks again.
    func whenGone(unless: @escaping () -> Bool, _ body: @escaping () -> Void) {
        whenGone = body
        isExpectingMore = unless
        // Who was being started during that scan may be there by now.
        if unless() { wasFoundEmpty = false }
        look()
    }

    /// The numbers of all that are known to live.
    var pids: [Int32] {
        scan()
        return members.keys.map(\.pid)
    }

    /// Forgets everything.
    func cancel() {
        whenGone = nil
        if let nextLook { loop.cancel(nextLook) }
        nextLook = nil
        for identity in Array(members.keys) { drop(identity) }
    }

    /// Looks soon whether anybody is left, if somebody waits for that.
    func look() {
        guard nextLook == nil, whenGone != nil else { return }
        nextLook = loop.schedule(after: .zero) { [weak self] in self?.lookOnce() }
    }

    private func lookOnce() {
        nextLook = nil
        guard let body = whenGone else { return }
        // As long as one is known to live, its end is the next thing worth a look.
        guard members.isEmpty, !isExpectingMore() else { return }
        if !wasFoundEmpty { scan() }
        wasFoundEmpty = false
        guard members.isEmpty else { return signalMembers() }
        whenGone = nil
        body()
    }

    private func signalMembers() {
        guard let standing else { return }
        for member in members.values where member.signals.insert(standing).inserted {
            _ = try? member.handle.signal(SignalNumber(rawValue: standing))
        }
    }

    /// Takes in whoever has come to the tree.
    private func scan() {
        var found = Set(mark.holders())
        for identity in members.keys { found.formUnion(ProcessTree.descendants(of: identity.pid)) }
        hold(found)
    }

    private func hold(_ pids: some Sequence<Int32>) {
        for pid in pids {
            guard let identity = try? ProcessIdentity.of(pid: pid) else { continue }
            _ = member(identity)
        }
    }

    private func member(_ identity: ProcessIdentity) -> Member? {
        if let known = members[identity] { return known }
        guard let handle = try? identity.open() else { return nil }
        let member = Member(handle)
        members[identity] = member
        wasFoundEmpty = false
        member.watch = try? loop.watch(handle.raw, events: .read) { [weak self] _ in self?.ended(identity) }
        return member
    }

    private func ended(_ identity: ProcessIdentity) {
        drop(identity)
        if members.isEmpty { look() }
    }

    private func drop(_ identity: ProcessIdentity) {
        guard let member = members.removeValue(forKey: identity) else { return }
        // First out of the loop, then closed: a child that the host has forked meanwhile would keep it in there.
        withExtendedLifetime(member) {
            if let watch = member.watch { loop.cancel(watch) }
        }
    }
}
