import HobPolicy
import HobProtocol
import HobSupervisorCore
import HobSystem
import HobTestKit
import Testing

@testable import HobSupervisor

/// What a next life finds.
@Suite(.blocking) struct JournalTests {
    /// A set in which each definition is some kilobytes long.
    private static func set(_ services: Int, revision: Int) -> AppliedSet {
        var set = AppliedSet(environment: ["PATH=/bin"])
        for number in 0..<services {
            var service = ServiceDefinition(
                name: "s\(number)", command: CommandLine(words: [Template(literal: "/bin/daemon")]),
                directory: Template(literal: "/"))
            let text = String(repeating: "x", count: 4_096) + String(revision)
            service.environment = [EnvironmentVariable(name: "TEXT", value: Template(literal: text))]
            set.services.append(service)
        }
        return set
    }

    @Test("definitions that nobody names any more are given up, and the next life finds those in force")
    func compaction() throws {
        let directory = try TestDirectory()
        let journal = try Journal(in: directory.descriptor)
        var supervision = Supervision(seed: 1)
        for revision in 1...100 {
            journal.compact(supervision)
            try journal.reserve(instances: 10, services: 10, bytes: 10 * 5_000)
            let set = Self.set(10, revision: revision)
            _ = try supervision.apply(set, bringUp: nil, operation: nil, at: MonotonicInstant(nanoseconds: 1))
            journal.commit(supervision.takeChanges(), environment: supervision.environment) { _ in 0 }
        }
        // A hundred times the set would be four megabytes.
        let size = try FileStatus.of(DefinitionLog.name, in: directory.descriptor).size
        #expect(size < 600 * 1_024)

        let next = try Journal(in: directory.descriptor)
        let recovered = try #require(next.takeRecovered())
        #expect(next.takeRecovered() == nil)
        let revived = try Supervision(recovering: recovered.journal, seed: 2)
        #expect(revived.appliedSet.services == Self.set(10, revision: 100).services)
        #expect(revived.environment == ["PATH=/bin"])
        next.remove()
        #expect(directory.read(JournalHead.name) == nil && directory.read(DefinitionLog.name) == nil)
    }
}
