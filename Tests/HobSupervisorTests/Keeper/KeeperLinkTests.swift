import CHobKeeper
import Glibc
import HobSupervisor
import HobSystem
import Testing

/// The link against a keeper that the test plays itself.
@Suite(.blocking) struct KeeperLinkTests {
    private final class Played {
        let loop: EventLoop
        let keeper: Descriptor
        let link: KeeperLink
        private let news = News()
        var heard: [String] { news.heard }

        private final class News {
            var heard: [String] = []
        }

        init() throws {
            loop = try EventLoop()
            let (keeper, own) = try Descriptor.socketPair(.sequencedPacket, nonBlocking: true)
            self.keeper = keeper
            let news = news
            link = try KeeperLink(
                own, on: loop,
                callbacks: KeeperLink.Callbacks(
                    childChanged: { news.heard.append("child") },
                    signal: { news.heard.append($0.name) },
                    keeperGone: { news.heard.append("gone") }))
        }

        func receive() throws -> (message: hob_keeper_message, descriptors: [Descriptor])? {
            guard let received = try DescriptorPassing.receive(over: keeper) else { return nil }
            return (
                received.bytes.withUnsafeBytes { $0.loadUnaligned(as: hob_keeper_message.self) }, received.descriptors
            )
        }

        @discardableResult
        func say(_ kind: hob_keeper_kind, _ change: (inout hob_keeper_message) -> Void = { _ in }) throws -> Bool {
            var message = hob_keeper_message()
            message.kind = UInt16(kind.rawValue)
            change(&message)
            return try DescriptorPassing.send(withUnsafeBytes(of: message) { Array($0) }, descriptors: [], over: keeper)
                != nil
        }

        func run(until condition: () -> Bool) throws -> Bool {
            try loop.run(until: .now() + .seconds(30), condition: condition)
        }
    }

    @Test func `a held descriptor travels with its name, and its answer completes it`() throws {
        let played = try Played()
        let file = try Descriptor.memory(named: "file")
        var answers: [SystemError?] = []
        played.link.hold(HeldKey(.stored, slot: 5, index: 6), file, label: "näme") { answers.append($0) }
        played.link.hold(HeldKey(.fifo), file) { answers.append($0) }
        let (first, descriptors) = try #require(try played.receive())
        #expect(first.kind == UInt16(HOB_KEEPER_STORE.rawValue) && first.role == 6)
        #expect(first.slot == 5 && first.index == 6)
        #expect(withUnsafeBytes(of: first.label) { String(decoding: $0.prefix(5), as: UTF8.self) } == "näme")
        #expect(try FileStatus.of(try #require(descriptors.first)).inode == FileStatus.of(file).inode)
        try played.say(HOB_KEEPER_STORED)
        try played.say(HOB_KEEPER_STORED) { $0.status = EMFILE }
        #expect(try played.run { answers.count == 2 })
        #expect(answers[0] == nil)
        #expect(answers[1]?.code == EMFILE)
        #expect(answers[1]?.message.hasPrefix("the keeper cannot hold fifo 0.0: too many open files") == true)
    }

    @Test func `a descriptor that was closed meanwhile is refused in its turn`() throws {
        let played = try Played()
        let file = try Descriptor.memory(named: "file")
        file.close()
        played.link.hold(HeldKey(.lock), file)
        let (message, descriptors) = try #require(try played.receive())
        #expect(message.kind == UInt16(HOB_KEEPER_STORE.rawValue) && descriptors.isEmpty)
    }

    @Test func `questions are answered in their order, however many there are`() throws {
        let played = try Played()
        var fates: [ChildFate] = []
        for pid in 1...5000 { played.link.status(of: Int32(pid)) { fates.append($0) } }
        var ended: (pid: Int32, status: HobSystem.ExitStatus)?
        played.link.anyEnded { ended = $0 }
        var answered = 0
        // A keeper that answers one and then sees whether there is room for the next.
        try played.loop.watch(played.keeper.raw, events: .read) { _ in
            guard let (message, _) = try? played.receive() else { return }
            answered += 1
            let isLast = message.kind == UInt16(HOB_KEEPER_ASK_ANY.rawValue)
            _ = try? played.say(isLast ? HOB_KEEPER_STATUS_ANY : HOB_KEEPER_STATUS) {
                $0.pid = isLast ? 99 : message.pid
                $0.flags =
                    [HOB_KEEPER_ALIVE.rawValue, HOB_KEEPER_EXITED.rawValue, HOB_KEEPER_NO_CHILD.rawValue][
                        isLast ? 1 : Int(message.pid) % 3]
                $0.status = isLast ? 9 : (message.pid % 200) << 8
            }
        }
        #expect(try played.run { fates.count == 5000 && ended != nil })
        #expect(answered == 5001 && played.link.openRequests == 0)
        #expect(ended?.pid == 99 && ended?.status == .signaled(signal: 9, coreDumped: false))
        for (index, fate) in fates.enumerated() {
            let pid = Int32(index + 1)
            let expected: ChildFate =
                pid % 3 == 0 ? .alive : pid % 3 == 1 ? .exited(.exited(code: pid % 200)) : .noChild
            #expect(fate == expected)
        }
    }

    @Test func `news are acknowledged`() throws {
        let played = try Played()
        try played.say(HOB_KEEPER_CHILD)
        try played.say(HOB_KEEPER_SIGNAL) { $0.status = SIGTERM }
        #expect(try played.run { played.heard.count == 2 })
        #expect(played.heard == ["child", "SIGTERM"])
        for status in [0, SIGTERM] {
            let (message, _) = try #require(try played.receive())
            #expect(message.kind == UInt16(HOB_KEEPER_TAKEN.rawValue) && message.status == status)
        }
    }

    @Test func `the last words of a keeper count, and its end is told once`() throws {
        let played = try Played()
        var fates: [ChildFate] = []
        var errors: [SystemError?] = []
        for pid: Int32 in 1...2 { played.link.status(of: pid) { fates.append($0) } }
        played.link.hold(HeldKey(.lock), try Descriptor.memory(named: "file")) { errors.append($0) }
        try played.say(HOB_KEEPER_STATUS) {
            $0.flags = HOB_KEEPER_EXITED.rawValue
            $0.status = 3 << 8
        }
        // With requests unread: the kernel puts an error before what was said.
        played.keeper.close()
        #expect(try played.run { played.heard == ["gone"] })
        #expect(fates == [.exited(.exited(code: 3)), .keeperGone])
        #expect(errors.first??.code == EPIPE)
        #expect(!played.link.isOpen && played.loop.watchCount == 1)
        // Whoever asks afterwards is told at once.
        played.link.status(of: 1) { fates.append($0) }
        #expect(fates.last == .keeperGone)
        #expect(played.heard == ["gone"])
    }
}
