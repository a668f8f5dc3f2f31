import ArgumentParser
import HobProtocol

/// `hob stop`
struct Stop: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop services and wait until they are gone.",
        discussion: """
            The whole process tree ends by the service's stop ladder (SIGTERM, ten seconds, SIGKILL unless hob.yml \
            says otherwise). Exit code 2 says that a service had to be killed, or was not gone in time. A stopped \
            service stays down until it is started again.

            Example:
              $ hob stop web@2
              web@2 stopped (after 310ms)
            """)

    @Argument(help: .targets, completion: .instances)
    var names: [String] = []

    @Flag(help: "Stop even if before_stop objects.")
    var force = false

    @OptionGroup var options: OrderOptions

    func run() throws {
        try options.order().perform(.stop, names, wait: options.wait.milliseconds) { $0.force = force }
    }
}
