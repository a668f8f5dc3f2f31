import Glibc
import HobWorkers

/// Workers with every bad habit, and hosts of pools, for the tests of HobWorkers.
@main
struct WorkerFixture {
    static let workers: [any Worker.Type] = [
        EchoWorker.self, FailingWorker.self, SilentWorker.self, ManualWorker.self, BurdenedWorker.self,
        SerialWorker.self,
    ]

    static func main() async {
        // A host that has forgotten it is a case of its own.
        if CommandLine.arguments.dropFirst().first != "undeclared" {
            await WorkerProcess.becomeWorkerIfAsked(Self.workers)
        }
        let words = CommandLine.arguments.dropFirst()
        do {
            switch words.first {
            case "channel": try await ChannelModes.run(Array(words.dropFirst()))
            case "host", "undeclared": try await HostModes.run(Array(words.dropFirst()))
            case "tree": TreeMode.run(Array(words.dropFirst()))
            default: exit(64)
            }
        } catch {
            print("error: \(error)")
            exit(1)
        }
        exit(0)
    }
}
