import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct ProcessMarkTests {
    private let token = "test-\(getpid())-\(MonotonicTime.now().nanoseconds)"

    private func lockFile(in directory: TestDirectory) throws -> (Descriptor, ProcessMark.FileID) {
        try directory.write("", to: "lock")
        let file = try Descriptor.open("lock", in: directory.descriptor)
        let status = try FileStatus.of(file)
        return (file, ProcessMark.FileID(device: status.device, inode: status.inode))
    }

    @Test func `a process is found by its environment, wherever in it the variable stands`() throws {
        let mark = ProcessMark(token: token)
        let filler = (0..<90).map { "FILLER_\($0)=\(String(repeating: "x", count: 1_000 + $0))" }
        let environments = [
            [mark.environmentEntry], ["A=b", mark.environmentEntry], [mark.environmentEntry, "A=b"],
            filler + [mark.environmentEntry],
            filler + ["LONG=\(String(repeating: "y", count: 100_000))"]
                + [mark.environmentEntry] + filler,
        ]
        let children = try environments.map { environment in
            try TestChild(fixture: "sleep") { $0.environment = environment }
        }
        for child in children { #expect(mark.marks(child.pid)) }
        #expect(Set(mark.holders()) == Set(children.map(\.pid)))
        // Not by a longer or shorter value, nor by what only ends like the variable.
        let strangers = try [
            "HOB_CONTROL=\(token)x", "HOB_CONTROL=\(token.dropLast())", "NOT_HOB_CONTROL=\(token)", "HOB_CONTROL=",
            "HOB_CONTRO", "A=HOB_CONTROL=\(token)",
        ].map { entry in try TestChild(fixture: "sleep") { $0.environment = [entry] } }
        for stranger in strangers { #expect(!mark.marks(stranger.pid)) }
        #expect(Set(mark.holders()) == Set(children.map(\.pid)))
    }

    @Test func `a process is found by the lock file as 0, 1 or 2, and not by one that it opened above`() throws {
        let directory = try TestDirectory()
        let (file, identity) = try lockFile(in: directory)
        let mark = ProcessMark(token: token, lockFile: identity)
        for target: Int32 in 0...2 {
            let child = try TestChild(fixture: "sleep") {
                $0.descriptors = [DescriptorMapping(source: file.raw, target: target)]
            }
            #expect(mark.marks(child.pid) && mark.holders() == [child.pid])
        }
        // As a controller that waits for the lock.
        let waiting = try TestChild(fixture: "sleep") {
            $0.descriptors = [DescriptorMapping(source: file.raw, target: 3)]
        }
        #expect(!mark.marks(waiting.pid) && mark.holders() == [])
        // By what the file is, not by its name: a removed one counts still, a new one of the same name does not.
        let child = try TestChild(fixture: "sleep") {
            $0.descriptors = [DescriptorMapping(source: file.raw, target: 0)]
        }
        try directory.descriptor.remove("lock")
        #expect(mark.holders() == [child.pid])
        let (_, other) = try lockFile(in: directory)
        #expect(other == identity || ProcessMark(token: token, lockFile: other).holders() == [])
    }

    @Test func `a process is found by its tag, without environment and lock file`() throws {
        let tag = try #require(ProcessMark.availableTag(for: token))
        #expect(tag == ProcessMark.availableTag(for: token) && tag != ProcessMark.availableTag(for: token + "x"))
        #expect(tag >= 1 << 62 && tag < 1 << 63)
        let mark = ProcessMark(token: token, tag: tag)
        let child = try TestChild(fixture: "sleep") { $0.tag = tag }
        let bare = try TestChild(fixture: "sleep") { $0.environment = [mark.environmentEntry] }
        #expect(mark.marks(child.pid) && mark.holders() == [child.pid])
        // Who has no limit at all does not come from a daemon that was given one.
        #expect(!mark.marks(bare.pid))
        #expect(ProcessMark(token: token).holders() == [bare.pid])
    }

    @Test func `a host inside the daemon is found, and what it has started under another token is not`() throws {
        let directory = try TestDirectory()
        let (file, identity) = try lockFile(in: directory)
        let tag = try #require(ProcessMark.availableTag(for: token))
        let outer = ProcessMark(token: token, lockFile: identity, tag: tag)
        let inner = ProcessMark(token: token + "-inner")
        let host = try TestChild(fixture: "sleep") {
            $0.environment = [outer.environmentEntry]
            $0.tag = tag
        }
        let daemon = try TestChild(fixture: "sleep") {
            $0.environment = [inner.environmentEntry]
            $0.descriptors = [DescriptorMapping(source: file.raw, target: 0)]
            $0.tag = tag
        }
        #expect(outer.holders() == [host.pid] && inner.holders() == [daemon.pid])
    }

    @Test func `the marked cannot mark by tag themselves`() async {
        await #expect(processExitsWith: .success) {
            try ProcessLimits.set(ResourceLimit(.locks, soft: 4_711, hard: 4_711))
            #expect(ProcessMark.availableTag(for: "token") == nil)
        }
    }

    @Test func `row 25: a double-forked grandchild is found, the dead are not, nor who started before`() async {
        await #expect(processExitsWith: .success) {
            try ProcessControl.becomeSubreaper()
            let directory = try TestDirectory()
            // The fixture's grandchild drops environment and descriptors, as the thorough ones do.
            let token = "grandchild-\(getpid())"
            let tag = try #require(ProcessMark.availableTag(for: token))
            let mark = ProcessMark(token: token, tag: tag)
            let parent = try TestChild(fixture: "double-fork", directory.path(of: "pid"), "--stay") {
                $0.environment = [mark.environmentEntry]
                $0.tag = tag
            }
            let orphan = try grandchild(in: directory)
            // The one between them may take a moment to go.
            #expect(waitFor { Set(mark.holders()) == [parent.pid, orphan] ? true : nil } == true)
            let start = try #require(ProcessFacts.of(pid: parent.pid)).startTime
            #expect(Set(mark.holders(since: start)) == [parent.pid, orphan])
            #expect(mark.holders(since: start + 1_000_000) == [])
            #expect(kill(orphan, SIGKILL) == 0)
            #expect(waitFor { mark.holders() == [parent.pid] ? true : nil } == true)
            try reapOrphan(orphan)
        }
    }

    @Test func `the calling process and nonsense are not found`() async {
        await #expect(processExitsWith: .success) {
            let mark = ProcessMark(token: "own")
            #expect(mark.holders() == [])
            for pid: Int32 in [0, -1, .max] { #expect(!mark.marks(pid)) }
        }
    }
}

/// What a search costs; run by `HOB_MEASURE=1`, since it needs a machine's worth of processes.
@Suite(.blocking, .enabled(if: getenv("HOB_MEASURE") != nil)) struct ProcessMarkCost {
    @Test(arguments: [nil, ProcessMark.availableTag(for: "cost")])
    func `a search among a thousand processes`(tag: UInt64?) throws {
        let filler = (0..<30).map { "VARIABLE_\($0)=/some/path/of/usual/length/number/\($0)" }
        let strangers = try (0..<1_000).map { _ in
            var request = SpawnRequest("/bin/sleep", ["60"])
            request.environment = filler
            return try TestChild(request)
        }
        let status = try FileStatus.of("/dev/null")
        let file = ProcessMark.FileID(device: status.device, inode: status.inode + 1)
        let mark = ProcessMark(token: "cost", lockFile: file, tag: tag)
        let since = try #require(ProcessFacts.of(pid: strangers[990].pid)).startTime
        for limit in [nil, since] {
            let times = (0..<20).map { _ in
                let begin = MonotonicTime.now()
                #expect(mark.holders(since: limit).isEmpty)
                return (MonotonicTime.now().nanoseconds - begin.nanoseconds) / 1_000
            }.sorted()
            print("search: tag \(tag != nil), since \(limit != nil): p50 \(times[10]) us, max \(times[19]) us")
        }
        withExtendedLifetime(strangers) {}
    }
}
