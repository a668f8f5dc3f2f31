import ArgumentParser

/// What a new daemon does, and so which files its package begins with.
enum ProjectKind: String, CaseIterable, ExpressibleByArgument {
    case simple, cron, tcp, http, service, workers, amqp

    /// One line about it.
    var summary: String {
        switch self {
        case .simple: "does something every few seconds"
        case .cron: "runs a job again and again, and survives its failures"
        case .tcp: "a TCP server on SwiftNIO that echoes lines"
        case .http: "an HTTP server with Hummingbird"
        case .service: "two services that share a state, ended in order"
        case .workers: "a TCP server whose lines are answered by worker processes"
        case .amqp: "answers the messages of a RabbitMQ queue"
        }
    }

    /// What it uses of Hob: products, and the traits that fetch what these need.
    var hob: (products: [String], traits: [String]) {
        self == .amqp ? (["Hob", "HobAMQP"], ["AMQP"]) : (["Hob"], [])
    }

    /// The packages it needs besides Hob.
    var packages: [PackageDependency] {
        switch self {
        case .simple, .cron, .service, .workers, .amqp: []
        case .tcp:
            [
                PackageDependency(
                    url: "https://github.com/apple/swift-nio", from: "2.101.0", products: ["NIOCore", "NIOPosix"])
            ]
        case .http:
            [
                PackageDependency(
                    url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1",
                    products: ["Hummingbird", "HummingbirdCore"], hasTraits: true),
                PackageDependency(url: "https://github.com/apple/swift-nio", from: "2.101.0", products: ["NIOCore"]),
            ]
        }
    }

    /// The templates of its files.
    var templates: [Template] {
        let own =
            switch self {
            case .simple: SimpleTemplates.all
            case .cron: CronTemplates.all
            case .tcp: TCPTemplates.all
            case .http: HTTPTemplates.all
            case .service: ServiceTemplates.all
            case .workers: WorkersTemplates.all
            case .amqp: AMQPTemplates.all
            }
        let shared = PackageTemplates.all + ConfigurationTemplates.all + DeploymentTemplates.all + TestTemplates.all
        return (shared + (listens ? TestTemplates.ofServers : []) + own).sorted { $0.path < $1.path }
    }

    /// The port it listens on unless told otherwise; nil: none.
    var port: Int? {
        switch self {
        case .simple, .cron, .service, .amqp: nil
        case .tcp, .workers: 7007
        case .http: 8080
        }
    }

    /// Whether it is a server.
    var listens: Bool { port != nil }
}
