import ArgumentParser
import HobClient
import HobProtocol

/// What all orders to running services share.
struct OrderOptions: ParsableArguments {
    @OptionGroup var scope: ScopeOptions
    @OptionGroup var wait: WaitOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Print what came of it as one JSON object.")
    var json = false

    /// The connection to the supervisor, which must run.
    func order() throws -> Order {
        let launcher = try scope.launcher()
        var order = Order(launcher: launcher, connection: try launcher.require(), console: output.console)
        order.asJSON = json
        return order
    }
}
