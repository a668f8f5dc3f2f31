import ControllerScenarios
import Testing

@Suite("Checklist: rows that are cases of the reference", .ownThread)
struct ScenarioRowTests {
    private static func cases(_ numbers: String...) -> [ControllerScenario] {
        ControllerScenario.all.filter { scenario in numbers.contains { scenario.name.hasPrefix($0 + " ") } }
    }

    @Test("row 7: a failure before the fork, in the reference's words", arguments: cases("DC07", "DC10", "DC11"))
    func beforeFork(_ scenario: ControllerScenario) async throws { try await scenario.run() }

    @Test("row 8: a crash line that stands in the log file only", arguments: cases("DC17"))
    func afterFork(_ scenario: ControllerScenario) async throws { try await scenario.run() }

    @Test("row 9: a death by signal is named", arguments: cases("DC12"))
    func signal(_ scenario: ControllerScenario) async throws { try await scenario.run() }

    @Test("row 10: a log that is not available", arguments: cases("DC09", "DC13", "DC16", "DC27", "DC34"))
    func unavailable(_ scenario: ControllerScenario) async throws { try await scenario.run() }

    @Test("row 12: the limit of a silent log", arguments: cases("DC18"))
    func inactivity(_ scenario: ControllerScenario) async throws { try await scenario.run() }

    @Test("row 14: the ladder of a start timeout", arguments: cases("DC22", "DC23", "DC29", "DC30"))
    func ladder(_ scenario: ControllerScenario) async throws { try await scenario.run() }

    @Test("row 15: no untracked survivor", arguments: cases("DC18", "DC20", "DC21", "DC28"))
    func survivors(_ scenario: ControllerScenario) async throws { try await scenario.run() }

    @Test("row 22: a graceful stop is waited for", arguments: cases("DC41"))
    func graceful(_ scenario: ControllerScenario) async throws { try await scenario.run() }

    @Test("row 24: the stop timeout", arguments: cases("DC42", "DC43", "DC44"))
    func stopTimeout(_ scenario: ControllerScenario) async throws { try await scenario.run() }

    @Test("row 26: the stop command", arguments: cases("DC45", "DC46", "DC47", "DC48"))
    func stopCommand(_ scenario: ControllerScenario) async throws { try await scenario.run() }

    @Test("row 27: stopping what does not run", arguments: cases("DC40"))
    func idempotent(_ scenario: ControllerScenario) async throws { try await scenario.run() }
}
