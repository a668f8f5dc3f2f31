import Logging
import ServiceLifecycle

/// The daemon's `run` as a service, so that what it calls hears of a graceful shutdown.
struct MainService: Service {
    private let body: @Sendable () async throws -> Void

    init(_ body: @escaping @Sendable () async throws -> Void) {
        self.body = body
    }

    func run() async throws { try await body() }
}

extension ServiceGroupConfiguration {
    /// A group of one, without signals and without deadlines: both are Hob's own.
    static func alone(_ service: any Service, _ logger: Logger) -> ServiceGroupConfiguration {
        ServiceGroupConfiguration(
            services: [
                .init(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .cancelGroup)
            ], logger: logger)
    }
}
