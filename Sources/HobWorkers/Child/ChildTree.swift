import HobSystem

/// The processes of one child: its main process with its descendants, and whoever carries the mark, wherever it was
/// double-forked to. Each is held by its pidfd from the moment it is seen.
///
/// It belongs to one event loop's thread.
final class ChildTree {
    private struct Member {
        let handle: ProcessHandle
        var watch: Watch?
    }

    private let loop: EventLoop
    private let mark: ProcessMark
    private let main: ProcessIdentity?
    private var members: [ProcessIdentity: Member] = [:]
    private var whenGone: (() -> Void)?

    /// The tree of a process that has just been started.
    init(main pid: Int32, mark: ProcessMark, on loop: EventLoop) {
        self.loop = loop
        self.mark = mark
        main = (try? ProcessIdentity.of(pid: pid)) ?? nil
    }

    /// Whether a look finds nobody alive but zombies.
    func isEmpty() -> Bool {
        scan()
        return members.isEmpty
    }

    /// The numbers of all that are known to live.
    var pids: [Int32] { members.keys.map(\.pid).sorted() }

    /// Sends a signal to everybody a look finds; whether anybody got it.
    func signal(_ number: Int32) -> Bool {
        scan()
        var isHeard = false
        for member in members.values where (try? member.handle.signal(SignalNumber(rawValue: number))) == true {
            isHeard = true
        }
        return isHeard
    }

    /// Calls the body once, when a look has found nobody.
    func whenGone(_ body: @escaping () -> Void) {
        whenGone = body
        look()
    }

    /// Forgets everybody.
    func cancel() {
        whenGone = nil
        for identity in Array(members.keys) { drop(identity) }
    }

    private func look() {
        guard members.isEmpty, let body = whenGone else { return }
        scan()
        // One of them may have been forked by the last one that ended.
        guard members.isEmpty else { return }
        whenGone = nil
        body()
    }

    private func scan() {
        var found = Set(mark.holders())
        if let main {
            if main.isAlive { found.insert(main.pid) }
            found.formUnion(ProcessTree.descendants(of: main.pid))
        }
        for identity in members.keys { found.formUnion(ProcessTree.descendants(of: identity.pid)) }
        for pid in found { hold(pid) }
    }

    private func hold(_ pid: Int32) {
        guard let identity = try? ProcessIdentity.of(pid: pid), members[identity] == nil,
            let handle = try? identity.open()
        else { return }
        var member = Member(handle: handle)
        member.watch = try? loop.watch(handle.raw, events: .read) { [weak self] _ in
            guard let self else { return }
            drop(identity)
            look()
        }
        members[identity] = member
    }

    private func drop(_ identity: ProcessIdentity) {
        guard let member = members.removeValue(forKey: identity) else { return }
        // First out of the loop, then closed.
        withExtendedLifetime(member) {
            if let watch = member.watch { loop.cancel(watch) }
        }
    }
}
