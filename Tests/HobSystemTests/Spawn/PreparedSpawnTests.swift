import Glibc
import HobSystem
import HobTestKit
import Testing

/// Spawns of a process that has taken reserved descriptors, as hobd does: each test is a process of its own.
@Suite(.blocking) struct PreparedSpawnTests {
    @Test func `row 34: a child of a prepared process sees 0, 1, 2 and what is declared, nothing else`() async {
        await #expect(processExitsWith: .success) {
            Spawner.prepareProcess()
            let strangers = try (0..<300).map { try Descriptor.memory(named: "stranger-\($0)") }
            for stranger in strangers { try stranger.setCloseOnExec(false) }
            let declared = try Descriptor.memory(named: "declared")
            // Low targets, such as the reserved numbers themselves, and a high one.
            for target: Int32 in [3, 4, 7, 14, 200] {
                let report = try Report.of {
                    $0.descriptors = [DescriptorMapping(source: declared.raw, target: target)]
                }
                #expect(Set(report.descriptors.keys) == [0, 1, 2, Int(target)])
                #expect(report.descriptors[0] == "/dev/null")
                #expect(report.descriptors[Int(target)]?.contains("declared") == true)
            }
            withExtendedLifetime(strangers) {}
        }
    }

    @Test func `more descriptors than are reserved go the long way`() async {
        await #expect(processExitsWith: .success) {
            Spawner.prepareProcess()
            let files = try (0..<20).map { try Descriptor.memory(named: "file-\($0)") }
            let report = try Report.of { request in
                request.descriptors = files.enumerated().map { index, file in
                    DescriptorMapping(source: file.raw, target: 3 + Int32(index))
                }
            }
            #expect(Set(report.descriptors.keys) == Set(0..<23))
            for index in 0..<20 { #expect(report.descriptors[3 + index]?.contains("file-\(index)") == true) }
        }
    }

    @Test func `a descriptor that is not open is named`() async {
        await #expect(processExitsWith: .success) {
            Spawner.prepareProcess()
            var request = SpawnRequest("/bin/true")
            request.descriptors = [DescriptorMapping(source: 999, target: 5)]
            do throws(SpawnFailure) {
                _ = try Spawner.shared.spawn(request)
                Issue.record("it was started")
            } catch {
                #expect(error.stage == .descriptors && error.code == EBADF)
                #expect(error.message.contains("999"))
            }
        }
    }

    @Test func `nothing of a spawn is held afterwards: a lock goes with the child`() async {
        await #expect(processExitsWith: .success) {
            Spawner.prepareProcess()
            let directory = try TestDirectory()
            let fifo = try FIFO.make(at: "output", in: directory.descriptor)
            let output = try fifo.openReadWrite(nonBlocking: false)
            #expect(flock(output.raw, LOCK_EX | LOCK_NB) == 0)
            let child = try TestChild(fixture: "sleep") {
                $0.descriptors = [
                    DescriptorMapping(source: output.raw, target: 1), DescriptorMapping(source: output.raw, target: 2),
                ]
            }
            output.close()
            let other = try fifo.openReadWrite()
            #expect(flock(other.raw, LOCK_EX | LOCK_NB) != 0)
            _ = try child.process.handle.signal(.kill)
            _ = try child.waitForExit()
            #expect(flock(other.raw, LOCK_EX | LOCK_NB) == 0)
        }
    }

    @Test func `a signal that was ignored at the start is not ignored in the child`() async {
        await #expect(processExitsWith: .success) {
            signal(SIGHUP, SIG_IGN)
            Spawner.prepareProcess()
            let child = try TestChild(fixture: "sleep")
            let status = try Descriptor.open("/proc/\(child.pid)/status").readAll(limit: 10_000)
            let ignored = String(decoding: status, as: UTF8.self).split(separator: "\n").first {
                $0.hasPrefix("SigIgn:")
            }
            #expect(ignored?.hasSuffix("0000000000000000") == true)
        }
    }
}
