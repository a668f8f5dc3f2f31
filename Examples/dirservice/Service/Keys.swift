import Hob

/// The keys of its configuration.
enum Keys {
    static let broker = ConfigKey(
        "broker", default: "amqp://guest:guest@localhost/%2F", secret: true, variable: "AMQP_URL",
        help: "where RabbitMQ is")
    static let concurrency = ConfigKey(
        "concurrency", default: 4, help: "how many requests are answered at once",
        check: { (1...1000).contains($0) ? nil : "between 1 and 1000" })
    static let timeout = ConfigKey(
        "timeout", default: Duration.seconds(5), help: "how long one answer may take",
        check: { (.milliseconds(1)...Duration.seconds(3600)).contains($0) ? nil : "between 1ms and 1h" })

    static let all: [any ConfigurationKey] = [broker, concurrency, timeout]
}
