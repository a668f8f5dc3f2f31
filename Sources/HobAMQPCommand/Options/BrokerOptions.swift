#if AMQP
import ArgumentParser
import Glibc
import HobAMQP

/// Which broker, and how long it may take.
struct BrokerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The broker; default: AMQP_URL, else amqp://localhost.", valueName: "amqp-url"))
    var url: String?

    @Option(help: ArgumentHelp("How long the broker may take to answer.", valueName: "duration"))
    var timeout = TimeLimit(duration: .seconds(30))

    /// The broker's address. An error never holds the password.
    func address(_ environment: String? = getenv("AMQP_URL").map { String(cString: $0) }) throws -> AMQPURL {
        do {
            if let url { return try AMQPURL(url) }
        } catch {
            throw CommandFailure(CommandFailure.usage, "--url: \(error)")
        }
        do {
            if let environment, !environment.isEmpty { return try AMQPURL(environment) }
        } catch {
            throw CommandFailure(CommandFailure.badConfiguration, "AMQP_URL: \(error)")
        }
        return AMQPURL()
    }
}
#endif
