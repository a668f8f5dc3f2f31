import ArgumentParser
import HobProtocol

/// `hob restart`
struct Restart: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Replace running processes by new ones.",
        discussion: """
            All named instances stop and start together; with --rolling one goes after the other, each ready before \
            the next one stops.

            Example:
              $ hob restart --rolling web
              web@1 restarted (pid 4810, after 540ms)
              web@2 restarted (pid 4822, after 512ms)
            """)

    @Argument(help: .targets, completion: .instances)
    var names: [String] = []

    @Flag(help: "One instance after the other.")
    var rolling = false

    @Flag(help: "Stop even if before_stop objects.")
    var force = false

    @OptionGroup var options: OrderOptions

    func run() throws {
        try options.order().perform(.restart, names, wait: options.wait.milliseconds) {
            $0.rolling = rolling
            $0.force = force
        }
    }
}
