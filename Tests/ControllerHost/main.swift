import ControllerScenarios
import Glibc

// A program with children, signal handlers, threads and descriptors of its own, in which every scenario is run.
// Prints what it noticed of that; nothing is right. `connect DIRECTORY` is another program: see ConnectingProcess.
if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "connect" {
    try await ConnectingProcess.run(CommandLine.arguments[2])
    exit(0)
}

let ignoresChildren = CommandLine.arguments.contains("--ignore-children")
let host = NoisyHost(ignoresChildren: ignoresChildren)
let scenarios = ControllerScenario.all
// The first use starts the reactor's thread, which stays.
try await scenarios[0].run()
HostFacts.waitForGuestsToLeave()
let before = HostFacts.now()

var complaints: [String] = []
for scenario in scenarios {
    do {
        try await scenario.run()
    } catch {
        complaints.append("\(scenario.name): \(error)")
    }
}
HostFacts.waitForGuestsToLeave()
complaints += HostFacts.now().differences(from: before)
complaints += host.complaints()
for complaint in complaints { print(complaint) }
print("\(scenarios.count) scenarios, \(complaints.count) noticed")
exit(complaints.isEmpty ? 0 : 1)
