import HobSystem
import HobTestKit
import Testing

@testable import HobSupervisor

/// What survives a boot.
@Suite(.blocking) struct StateStoreTests {
    private struct Answer {
        var ticket: UInt64
        var error: SystemError?
    }

    @Test("what the disk did not take goes with the next snapshot, and the error names the file")
    func retry() throws {
        let directory = try TestDirectory()
        let answers = Monitor<[Answer]>([])
        let store = try StateStore(directory: directory.descriptor) { ticket, error in
            answers.withLock { $0.append(Answer(ticket: ticket, error: error)) }
            answers.signal()
        }
        defer { store.stop() }
        func answer() throws -> Answer {
            let found = answers.wait(until: .now() + .seconds(30)) { $0.isEmpty ? nil : $0.removeFirst() }
            return try #require(found)
        }

        // A directory in the way of the temporary file stands for a disk that is full.
        try directory.descriptor.makeDirectory("applied.new")
        let first = store.save(StateStore.Snapshot(applied: Array("definitions".utf8), wanted: Array("one".utf8)))
        let refusal = try answer()
        #expect(refusal.ticket == first)
        #expect(refusal.error?.message.contains("cannot write the state file 'applied'") == true, "\(refusal)")
        #expect(directory.read("applied") == nil)

        try directory.descriptor.removeDirectory("applied.new")
        let second = store.save(StateStore.Snapshot(applied: nil, wanted: Array("two".utf8)))
        let success = try answer()
        #expect(success.ticket == second && success.error == nil)
        #expect(directory.read("applied") == "definitions")
        #expect(directory.read("wanted") == "two")
    }

    @Test("definitions that failed while newer wishes were queued are not forgotten")
    func failureBesideNewerSnapshots() throws {
        let directory = try TestDirectory()
        let newest = Monitor<Answer?>(nil)
        let store = try StateStore(directory: directory.descriptor) { ticket, error in
            newest.withLock { $0 = Answer(ticket: ticket, error: error) }
            newest.signal()
        }
        defer { store.stop() }
        func wait(for ticket: UInt64) throws -> SystemError? {
            let found = newest.wait(until: .now() + .seconds(30)) { answer in
                answer.flatMap { $0.ticket >= ticket ? $0 : nil }
            }
            return try #require(found).error
        }
        for round in 0..<20 {
            try directory.descriptor.makeDirectory("applied.new")
            _ = store.save(StateStore.Snapshot(applied: Array("round \(round)".utf8), wanted: Array("a".utf8)))
            var last: UInt64 = 0
            for _ in 0..<20 { last = store.save(StateStore.Snapshot(applied: nil, wanted: Array("b".utf8))) }
            _ = try wait(for: last)
            try directory.descriptor.removeDirectory("applied.new")
            let error = try wait(for: store.save(StateStore.Snapshot(applied: nil, wanted: Array("c".utf8))))
            #expect(error == nil)
            #expect(directory.read("applied") == "round \(round)")
        }
    }
}
