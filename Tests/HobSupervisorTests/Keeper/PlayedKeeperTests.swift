import Glibc
import HobPolicy
import HobProtocol
import HobSupervisorCore
import HobSystem
import HobTestKit
import Testing

@testable import HobSupervisor

/// The supervisor under a keeper that the test plays itself, with a table of its making.
@Suite(.blocking) struct PlayedKeeperTests {
    private final class Life {
        let directory: TestDirectory
        let hobd: TestChild
        private let line: Descriptor
        private let lock: FileLock

        init(services: [ServiceDefinition] = [], table: (_ lock: HeldDescriptor) throws -> [UInt8]) throws {
            directory = try TestDirectory("hob-played")
            for name in ["run", "state", "logs"] { try directory.descriptor.makeDirectory(name, mode: 0o700) }
            var set = AppliedSet(environment: ["PATH=/usr/bin:/bin"])
            set.services = services
            try directory.write(String(decoding: set.bytes, as: UTF8.self), to: "state/applied", mode: 0o600)
            lock = try #require(try FileLock.tryAcquire(directory.path(of: "run/lock")))
            let (keeper, own) = try Descriptor.socketPair(.sequencedPacket, nonBlocking: true)
            line = keeper
            let memory = try Descriptor.memory(named: "table")
            // The number that the lock has in the child.
            let (link, held, locked): (Int32, Int32, Int32) = (10, 11, 12)
            let named = try lock.descriptor.duplicate(lowest: 100)
            defer { named.close() }
            var bytes = try table(HeldDescriptor(HeldKey(.lock), named))
            let at = HeldDescriptors.headSize
            // A record begins with its descriptor.
            if bytes.count >= at + 4 {
                withUnsafeBytes(of: locked) { bytes.replaceSubrange(at..<(at + 4), with: $0) }
            }
            try memory.writeAll(bytes)
            _ = lseek(memory.raw, 0, SEEK_SET)
            var request = SpawnRequest(
                executable: FixtureProgram.path(of: "hobd"),
                arguments: [
                    "--runtime", directory.path(of: "run"), "--state", directory.path(of: "state"), "--logs",
                    directory.path(of: "logs"), "--start", "--keeper-link", "\(link)", "--held", "\(held)",
                ])
            request.descriptors = [
                DescriptorMapping(source: own.raw, target: link), DescriptorMapping(source: memory.raw, target: held),
                DescriptorMapping(source: lock.descriptor.raw, target: locked),
            ]
            hobd = try TestChild(request)
        }

        func end() throws {
            try hobd.process.handle.signal(.terminate)
            #expect(try hobd.waitForExit() == .exited(code: 0))
        }
    }

    private static let origin = KeeperOrigin(signalMask: 0, openFiles: 512)

    @Test func `of a damaged table what is whole counts, and the lock is known by its file`() throws {
        let tables: [String: (HeldDescriptor) -> [UInt8]] = [
            "is damaged (3 bytes)": { _ in [1, 2, 3] },
            "is damaged (0 bytes)": { _ in [] },
            "has only 1 of its 2 records": { lock in
                let bytes = HeldDescriptors.table(of: [lock, lock], origin: Self.origin)
                return Array(bytes.dropLast(5))
            },
            "has only 0 of its 1 records": { lock in
                Array(HeldDescriptors.table(of: [lock], origin: Self.origin).dropLast(HeldDescriptors.recordSize - 5))
            },
        ]
        for (complaint, table) in tables {
            let life = try Life(table: table)
            let text = try life.hobd.waitForOutput(" supervises ")
            #expect(text.contains("the keeper's table of held descriptors \(complaint)"), "\(text)")
            try life.end()
        }
    }

    @Test func `services and their helpers have the oom_score_adj that hobd was started with, unless they say another`()
        throws
    {
        let directory = try TestDirectory("hob-oom")
        func service(_ name: String) -> ServiceDefinition {
            func command(_ script: String) -> CommandLine {
                CommandLine(words: ["sh", "-c", script].map { Template(literal: $0) })
            }
            var service = ServiceDefinition(
                name: name, command: command("cat /proc/self/oom_score_adj >> \(name); sleep 1000"),
                directory: Template(literal: directory.path))
            service.hooks.beforeStart = HookDefinition(command: command("cat /proc/self/oom_score_adj >> \(name)"))
            service.stop.sequence = StopSequence(steps: [])
            return service
        }
        var special = service("special")
        special.process.oomScoreAdjustment = 400
        var origin = Self.origin
        origin.oomScoreAdjustment = 300
        let life = try Life(services: [service("plain"), special]) { HeldDescriptors.table(of: [$0], origin: origin) }
        let deadline = MonotonicTime.now() + .seconds(20)
        while directory.read("plain")?.count != 8 || directory.read("special")?.count != 8 {
            guard MonotonicTime.now() < deadline else { break }
            usleep(5_000)
        }
        #expect(directory.read("plain") == "300\n300\n")
        #expect(directory.read("special") == "400\n400\n")
        try life.end()
    }
}
