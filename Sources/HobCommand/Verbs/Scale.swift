import ArgumentParser
import HobProtocol

/// `hob scale`
struct Scale: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change the number of a service's instances.",
        discussion: """
            New instances are started and awaited; superfluous ones, those with the highest numbers, are stopped. \
            The number holds until hob.yml's own number changes.

            Example:
              $ hob scale web=7 worker=2
            """)

    @Argument(help: "SERVICE=NUMBER, one or more.", transform: ServiceNumber.init(argument:))
    var numbers: [ServiceNumber]

    @OptionGroup var options: OrderOptions

    func run() throws {
        try options.order().perform(.scale, [], wait: options.wait.milliseconds) { request in
            request.scales = numbers.map { Request.Scale(service: $0.service, instances: $0.number) }
        }
    }
}
