import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct SpawnDescriptorTests {
    @Test func `row 34: the child sees 0, 1, 2 and what is declared, nothing else`() throws {
        let strangers = try (0..<20).map { try Descriptor.memory(named: "stranger-\($0)") }
        // Somebody's library forgot close-on-exec.
        for stranger in strangers { try stranger.setCloseOnExec(false) }
        let declared = try Descriptor.memory(named: "declared")
        let report = try Report.of { $0.descriptors = [DescriptorMapping(source: declared.raw, target: 7)] }
        #expect(Set(report.descriptors.keys) == [0, 1, 2, 7])
        #expect(report.descriptors[0] == "/dev/null")
        #expect(report.descriptors[7]?.contains("declared") == true)
        withExtendedLifetime(strangers) {}
    }

    @Test func `row 34: what is not mapped is /dev/null`() throws {
        let pipe = try Descriptor.pipe()
        var request = SpawnRequest(executable: FixtureProgram.path, arguments: ["report"])
        request.descriptors = [DescriptorMapping(source: pipe.write.raw, target: 1)]
        request.parentDeathSignal = SIGKILL
        let process = try Spawner.shared.spawn(request)
        pipe.write.close()
        let report = Report(String(decoding: try pipe.read.readAll(limit: 100_000), as: UTF8.self))
        #expect(report.descriptors[0] == "/dev/null" && report.descriptors[2] == "/dev/null")
        #expect(process.handle.waitForExit(until: patience))
        #expect(try process.handle.reap() == .exited(code: 0))
    }

    @Test func `sources that are later targets survive every permutation`() async {
        await #expect(processExitsWith: .success) {
            // Files a, b, c at 40, 41, 42 are to arrive as every permutation of 40, 41, 42; and the pipe at 1.
            let names = ["a", "b", "c"]
            for (index, name) in names.enumerated() {
                let file = try Descriptor.memory(named: name)
                #expect(dup2(file.raw, 40 + Int32(index)) >= 0)
            }
            let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
            for order in orders {
                let report = try Report.of { request in
                    request.descriptors = order.enumerated().map { place, source in
                        DescriptorMapping(source: 40 + Int32(source), target: 40 + Int32(place))
                    }
                }
                for (place, source) in order.enumerated() {
                    #expect(report.descriptors[40 + place]?.contains("memfd:\(names[source])") == true, "\(order)")
                }
                #expect(report.descriptors.count == 6)
            }
        }
    }

    @Test func `0 and 1 can be swapped, and one source can have many targets`() async {
        await #expect(processExitsWith: .success) {
            let pipe = try Descriptor.pipe()
            let file = try Descriptor.memory(named: "file")
            #expect(dup2(pipe.write.raw, 0) == 0)
            #expect(dup2(file.raw, 1) == 1)
            var request = SpawnRequest(executable: FixtureProgram.path, arguments: ["report"])
            request.descriptors = [
                DescriptorMapping(source: 0, target: 1), DescriptorMapping(source: 1, target: 0),
                DescriptorMapping(source: 1, target: 2), DescriptorMapping(source: 1, target: 9),
            ]
            let process = try Spawner.shared.spawn(request)
            close(0)
            pipe.write.close()
            let report = Report(String(decoding: try pipe.read.readAll(limit: 100_000), as: UTF8.self))
            for target in [0, 2, 9] { #expect(report.descriptors[target]?.contains("memfd:file") == true) }
            #expect(report.descriptors[1]?.hasPrefix("pipe:") == true)
            #expect(report.descriptors.count == 4)
            #expect(process.handle.waitForExit(until: patience))
            #expect(try process.handle.reap() == .exited(code: 0))
        }
    }

    @Test func `LISTEN_PID is the child's own pid`() throws {
        let sockets = try (0..<2).map { _ in try TCPSocket.listen(on: .loopback(port: 0)) }
        let report = try Report.of { request in
            request.environment = ["A=1", "LISTEN_PID=1", "LISTEN_FDS=9"]
            request.listenFDs = 2
            request.descriptors = sockets.enumerated().map { index, socket in
                DescriptorMapping(source: socket.raw, target: 3 + Int32(index))
            }
        }
        let pid = try #require(report["pid"])
        #expect(report.all("environment") == ["A=1", "LISTEN_FDS=2", "LISTEN_PID=\(pid)"])
        #expect(report.descriptors[3]?.hasPrefix("socket:") == true)
        #expect(report.descriptors[4]?.hasPrefix("socket:") == true)
    }

    @Test func `contradictions are refused before anything is started`() throws {
        var twice = SpawnRequest("/bin/true")
        twice.descriptors = [DescriptorMapping(source: 0, target: 5), DescriptorMapping(source: 1, target: 5)]
        var missing = SpawnRequest("/bin/true")
        missing.listenFDs = 1
        var negative = SpawnRequest("/bin/true")
        negative.descriptors = [DescriptorMapping(source: -1, target: 5)]
        for request in [twice, missing, negative] {
            let failure = #expect(throws: SpawnFailure.self) { try Spawner.shared.spawn(request) }
            #expect(failure?.stage == .descriptors && failure?.code == EINVAL)
        }
        let zero = #expect(throws: SpawnFailure.self) { try Spawner.shared.spawn(SpawnRequest("/bin/true", ["a\0b"])) }
        #expect(zero?.message.contains("zero byte") == true)
    }

    @Test func `a thousand spawns and a hundred failures leave no descriptor and no child behind`() async {
        await #expect(processExitsWith: .success) {
            func openDescriptors() throws -> [String] {
                let directory = try Descriptor.open("/proc/self/fd", flags: [.readOnly, .directory])
                return try directory.names().sorted().map { name in
                    var buffer = [CChar](repeating: 0, count: 200)
                    let count = readlinkat(directory.raw, name, &buffer, buffer.count)
                    let target = buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
                    return "\(name) \(String(decoding: target, as: UTF8.self))"
                }
            }
            func once(_ path: String) throws {
                var request = SpawnRequest(path)
                request.parentDeathSignal = SIGKILL
                let process = try Spawner.shared.spawn(request)
                #expect(process.handle.waitForExit(until: patience))
                #expect(try process.handle.reap() == .exited(code: 0))
            }
            try once("/bin/true")
            let before = try openDescriptors()
            for _ in 0..<1000 { try once("/bin/true") }
            for _ in 0..<100 { #expect(throws: SpawnFailure.self) { try once("/nonexistent") } }
            let after = try openDescriptors()
            // At most the handle that the spawner's thread had not let go of yet when they were first counted.
            #expect(after.count <= before.count, "before \(before), after \(after)")
            let children = ProcessTree.children(of: getpid())
            #expect(children.isEmpty, "children \(children)")
        }
    }
}
