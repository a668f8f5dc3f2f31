import HobProtocol
import HobSupervisorCore
import Testing

@testable import HobSupervisor

@Suite(.blocking) struct DescriptorBudgetTests {
    private func service(_ change: (inout ServiceDefinition) -> Void = { _ in }) -> ServiceDefinition {
        var service = ServiceDefinition(
            name: "web", command: CommandLine(words: [Template(literal: "/bin/true")]),
            directory: Template(literal: "/"))
        change(&service)
        return service
    }

    @Test func `an instance needs two, a notify socket one more`() {
        let plain = DescriptorBudget([(service(), 10)], clients: 8)
        #expect(plain.needed == 10 * 2 + 64 + 8)
        let notifying = service { $0.watchdog = .seconds(1) }
        #expect(DescriptorBudget([(service(), 10), (notifying, 5)], clients: 8).needed == 15 * 2 + 5 + 64 + 8)
    }

    @Test func `what fits exactly is taken, and one instance more is refused with numbers and the remedy`() throws {
        try DescriptorBudget([(service(), 100)], clients: 16).check(against: 280)
        let failure = #expect(throws: Failure.self) {
            try DescriptorBudget([(service(), 101)], clients: 16).check(against: 280)
        }
        #expect(failure?.code == .badConfiguration)
        #expect(
            failure?.message
                == "101 instances need 282 file descriptors in hobd (2 each, 80 for itself and its clients), but its "
                + "limit is 280: raise the hard limit of open files (ulimit -Hn, LimitNOFILE=) to 314 and start hobd "
                + "anew, or have fewer instances")
    }
}
