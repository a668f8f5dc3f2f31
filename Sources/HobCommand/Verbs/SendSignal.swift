import ArgumentParser
import HobPolicy
import HobProtocol

/// `hob signal`
struct SendSignal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signal",
        abstract: "Send a signal to the main process of a service.",
        discussion: """
            The supervisor sends it to the process it knows, never to a number that has become somebody else's. \
            If the process ends of it, that counts as an end nobody asked for: use 'hob stop' to stop a service.

            Example:
              $ hob signal web USR1
            """)

    @Argument(help: .someTargets, completion: .instances)
    var name: String

    @Argument(help: "The signal: USR1, SIGUSR1 or 10.", completion: .list(SignalNames.all))
    var signal: SignalArgument

    @OptionGroup var options: OrderOptions

    func run() throws {
        try options.order().perform(.signal, [name], wait: options.wait.milliseconds) { $0.signal = signal.number }
    }
}
