import ControllerScenarios
import Testing

@Suite("The reference's 58 cases", .ownThread)
struct ScenarioTests {
    @Test("DC01-DC58", arguments: ControllerScenario.all)
    func scenario(_ scenario: ControllerScenario) async throws {
        try await scenario.run()
    }

    @Test("none of the 58 is missing")
    func complete() {
        let numbers = ControllerScenario.all.compactMap { $0.name.split(separator: " ").first.map(String.init) }
        #expect(numbers.sorted() == (1...58).map { $0 < 10 ? "DC0\($0)" : "DC\($0)" })
    }
}
