import ArgumentParser
import HobProtocol

/// `hob reload`
struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell services to read their own configuration again.",
        discussion: """
            Sends the signal or runs the command that hob.yml declares as 'reload'; the processes stay the same. \
            (To apply a changed hob.yml, run 'hob up'.)

            Example:
              $ hob reload nginx
              nginx reloaded (pid 812)
            """)

    @Argument(help: .someTargets, completion: .instances)
    var names: [String]

    @OptionGroup var options: OrderOptions

    func run() throws {
        try options.order().perform(.reload, names, wait: options.wait.milliseconds)
    }
}
