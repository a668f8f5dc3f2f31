import Hob

/// The keys of its configuration.
enum Keys {
    static let broker = ConfigKey(
        "broker", default: "amqp://guest:guest@localhost/%2F", secret: true, variable: "AMQP_URL",
        help: "where RabbitMQ is")
    static let paths = ConfigKey(
        "paths", default: ["."], help: "what is asked for, one after the other",
        check: { $0.isEmpty ? "a list with at least one path" : nil })
    static let seconds = ConfigKey("seconds", default: 0.0, help: "how long the service is to take about it")
    static let interval = ConfigKey("interval", default: Duration.seconds(1), help: "between two requests")

    static let all: [any ConfigurationKey] = [broker, paths, seconds, interval]
}
