import ArgumentParser
import HobProtocol

/// `hob start`
struct Start: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start services and wait until they are ready.",
        discussion: """
            What a service requires is started with it. A task is awaited: hob exits with its status. Starting what \
            runs already changes nothing and is no error.

            Example:
              $ hob start web --timeout 30s
              web@1 started (pid 4711, after 320ms)
            """)

    @Argument(help: .targets, completion: .instances)
    var names: [String] = []

    @OptionGroup var options: OrderOptions

    func run() throws {
        try options.order().perform(.start, names, wait: options.wait.milliseconds)
    }
}
