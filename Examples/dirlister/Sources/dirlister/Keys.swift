import Hob

/// The keys of its configuration.
enum Keys {
    static let directory = ConfigKey("directory", default: ".", reloads: true, help: "what is listed")
    static let interval = ConfigKey("interval", default: Duration.seconds(5), help: "between two listings")

    static let all: [any ConfigurationKey] = [directory, interval]
}
