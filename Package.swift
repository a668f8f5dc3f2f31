// swift-tools-version: 6.2
import PackageDescription

// Warnings stop the build only where the project itself is built (Makefile and CI set HOB_STRICT=1):
// a newer compiler's warning must not break the package of somebody who depends on this one.
let strict = Context.environment["HOB_STRICT"] == "1"

let package = Package(
    name: "hob",
    products: [
        .library(name: "HobPolicy", targets: ["HobPolicy"]),
        .library(name: "HobController", targets: ["HobController"]),
        .library(name: "HobTasks", targets: ["HobTasks"]),
        .library(name: "HobLink", targets: ["HobLink"]),
        .library(name: "HobWorkers", targets: ["HobWorkers"]),
        .library(name: "Hob", targets: ["Hob"]),
        .library(name: "HobAMQP", targets: ["HobAMQP"]),
        .executable(name: "hob", targets: ["HobCommand"]),
        .executable(name: "hobd", targets: ["hobd"]),
        .executable(name: "hob-new", targets: ["HobNewCommand"]),
        .executable(name: "hob-amqp", targets: ["HobAMQPCommand"]),
    ],
    traits: [
        .trait(name: "AMQP", description: "HobAMQP, and SwiftNIO with TLS, which it fetches."),
        .default(enabledTraits: ["AMQP"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        // Only for tests: what HobYAML is compared with.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // MARK: Pure vocabulary: no I/O, no ambient clock or randomness
        .target(name: "HobPolicy"),
        .target(name: "HobProtocol"),
        .target(name: "HobCoding"),

        // MARK: AMQP 0-9-1 without I/O: codec, state machines, URL
        .target(name: "HobAMQPCore", dependencies: ["HobPolicy"]),

        // MARK: YAML with positions, by a reader of its own: Yams would bring all of Foundation into every daemon
        .target(name: "HobYAML"),

        // MARK: The operating system
        .target(name: "CHobSystem"),
        .target(name: "HobSystem", dependencies: ["CHobSystem"]),

        // MARK: The supervisor's parent, in the same executable, entered before main
        .target(name: "CHobKeeper"),

        // MARK: The supervisor: decisions, then the shell that acts on them
        .target(name: "HobSupervisorCore", dependencies: ["HobPolicy", "HobProtocol"]),
        .target(
            name: "HobSupervisor",
            dependencies: ["HobPolicy", "HobProtocol", "CHobSystem", "HobSystem", "CHobKeeper", "HobSupervisorCore"]),

        // MARK: What talks to a supervisor
        .target(name: "HobClient", dependencies: ["HobProtocol", "HobSystem", "HobSupervisorCore"]),
        .target(
            name: "HobConfig",
            dependencies: ["HobPolicy", "HobProtocol", "HobSystem", "HobSupervisorCore", "HobYAML"]),

        // MARK: Daemons that nobody supervises: decisions, then the shell, a guest in its host's process
        .target(name: "HobControllerCore", dependencies: ["HobPolicy"]),
        .target(
            name: "HobController",
            dependencies: [
                "HobPolicy", "HobSystem", "HobControllerCore", .product(name: "Logging", package: "swift-log"),
            ]),

        // MARK: Tasks of a daemon
        .target(name: "HobTasks", dependencies: ["HobPolicy", .product(name: "Logging", package: "swift-log")]),

        // MARK: Child processes and worker processes
        .target(
            name: "HobWorkers",
            dependencies: [
                "HobPolicy", "HobSystem", "HobCoding", .product(name: "Logging", package: "swift-log"),
            ]),

        // MARK: Daemons that call each other
        .target(
            name: "HobLink",
            dependencies: ["HobPolicy", "HobCoding", "HobSystem", .product(name: "Logging", package: "swift-log")]),

        // MARK: Write a daemon
        .target(
            name: "Hob",
            dependencies: [
                "HobPolicy", "HobProtocol", "HobSystem", "HobController", "HobTasks", "HobWorkers", "HobYAML",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Configuration", package: "swift-configuration"),
            ]),

        // MARK: AMQP on SwiftNIO, which only the trait AMQP fetches; without it the target is empty
        .target(
            name: "HobAMQP",
            dependencies: [
                "HobPolicy", "HobAMQPCore",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["AMQP"])),
                .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["AMQP"])),
                .product(name: "NIOTLS", package: "swift-nio", condition: .when(traits: ["AMQP"])),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["AMQP"])),
            ]),

        // MARK: For tests
        .target(name: "HobTestKit", dependencies: ["HobPolicy", "HobProtocol", "HobSystem", "HobSupervisorCore"]),

        // What a controller must do, as values: the tests run it, and a host process that must notice nothing.
        .target(
            name: "ControllerScenarios",
            dependencies: ["HobController", "HobControllerCore", "HobSystem", "HobTestKit"],
            path: "Tests/ControllerScenarios"),

        // A real RabbitMQ for tests.
        .target(
            name: "BrokerKit", dependencies: ["HobSystem", "HobTestKit"], path: "Tests/BrokerKit", exclude: ["Drivers"]),

        // Every parser that meets bytes from outside, with what must hold for any bytes; `make fuzz` and a test drive it.
        .target(
            name: "HobFuzz",
            dependencies: [
                "HobPolicy", "HobProtocol", "HobCoding", "HobAMQPCore", "HobYAML", "HobSystem", "HobSupervisorCore",
                "HobSupervisor",
                "HobConfig", "HobLink",
            ],
            path: "Fuzz/Targets"),

        // MARK: Executables
        .executableTarget(name: "hobd", dependencies: ["HobSystem", "HobSupervisor"]),
        .executableTarget(
            name: "HobCommand",
            dependencies: [
                "HobPolicy", "HobProtocol", "HobYAML", "HobSystem", "HobSupervisorCore", "HobClient", "HobConfig",
                "HobControllerCore", "HobController",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        .executableTarget(
            name: "HobNewCommand",
            dependencies: [
                "HobPolicy", "HobProtocol", "HobSystem",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Mustache", package: "swift-mustache"),
            ]),

        // Apart from hob, which stays free of SwiftNIO; without the trait AMQP it only says so.
        .executableTarget(
            name: "HobAMQPCommand",
            dependencies: [
                "HobPolicy", "HobProtocol", "HobSystem", "HobAMQP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // MARK: Examples: what a user of HobController writes, with Foundation; their tests run them
        .executableTarget(
            name: "fixture-daemon",
            dependencies: [
                "Hob", .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ], path: "Tests/DaemonFixture"),
        .executableTarget(name: "fixture-tasks", dependencies: ["Hob"], path: "Tests/TasksFixture"),
        // A package of its own, made by hob new; here it is built for the tests.
        .executableTarget(
            name: "example-dirlister", dependencies: ["Hob"], path: "Examples/dirlister/Sources/dirlister"),
        .target(name: "ListerInterface", dependencies: ["HobLink"], path: "Examples/link/Interface"),
        .executableTarget(
            name: "example-lister", dependencies: ["Hob", "HobLink", "ListerInterface"], path: "Examples/link/Lister"),
        .executableTarget(
            name: "example-asker", dependencies: ["Hob", "HobLink", "ListerInterface"], path: "Examples/link/Asker"),
        .executableTarget(name: "example-prefork", dependencies: ["Hob"], path: "Examples/prefork"),
        .target(name: "DirectoryQueues", dependencies: ["HobAMQP"], path: "Examples/dirservice/Queues"),
        .executableTarget(
            name: "example-dirservice", dependencies: ["Hob", "HobAMQP", "DirectoryQueues"],
            path: "Examples/dirservice/Service"),
        .executableTarget(
            name: "example-dirasker", dependencies: ["Hob", "HobAMQP", "DirectoryQueues"],
            path: "Examples/dirservice/Asker"),
        .executableTarget(name: "example-apache", dependencies: ["HobController"], path: "Examples/apache"),
        .executableTarget(name: "example-search", dependencies: ["HobController"], path: "Examples/search"),

        // MARK: Tests
        .testTarget(
            name: "HobPolicyTests", dependencies: ["HobPolicy", "HobSystem", "HobTestKit"], exclude: ["Schedule/Table"]),
        .testTarget(name: "HobProtocolTests", dependencies: ["HobPolicy", "HobProtocol", "HobTestKit"]),
        .testTarget(
            name: "HobAMQPCoreTests", dependencies: ["HobAMQPCore", "HobPolicy", "HobSystem"], exclude: ["Golden"]),
        .testTarget(
            name: "HobYAMLTests",
            dependencies: ["HobYAML", "HobPolicy", "HobTestKit", .product(name: "Yams", package: "Yams")],
            exclude: ["Golden"]),
        .testTarget(name: "HobCodingTests", dependencies: ["HobCoding", "HobPolicy"]),
        .testTarget(name: "HobSystemTests", dependencies: ["HobPolicy", "HobSystem", "HobTestKit", "hob-fixture"]),
        .testTarget(
            name: "HobSupervisorCoreTests",
            dependencies: ["HobSupervisorCore", "HobPolicy", "HobProtocol", "HobTestKit"],
            exclude: ["transitions.txt"]),
        .testTarget(
            name: "HobSupervisorTests",
            dependencies: [
                "HobPolicy", "HobSystem", "CHobKeeper", "HobSupervisorCore", "HobSupervisor", "HobTestKit", "hobd",
                "hob-fixture",
            ]),
        .testTarget(
            name: "HobConfigTests",
            dependencies: [
                "HobConfig", "HobPolicy", "HobProtocol", "HobSupervisorCore", "HobSystem", "HobTestKit", "HobYAML",
            ],
            exclude: ["Golden"]),
        .testTarget(
            name: "HobClientTests", dependencies: ["HobClient", "HobPolicy", "HobProtocol", "HobSystem", "HobTestKit"]),
        .testTarget(
            name: "HobCommandTests",
            dependencies: [
                "HobPolicy", "HobProtocol", "HobSystem", "HobSupervisorCore", "HobClient", "HobConfig", "HobTestKit",
                "HobCommand", "HobNewCommand", "HobAMQPCommand", "hobd", "hob-fixture",
            ]),
        .testTarget(
            name: "HobNewCommandTests", dependencies: ["HobNewCommand", "HobSystem", "HobTestKit", "HobCommand"]),
        .testTarget(
            name: "HobAcceptanceTests",
            dependencies: [
                "HobProtocol", "HobSystem", "HobSupervisorCore", "HobClient", "HobTestKit", "HobCommand", "hobd",
                "hob-fixture", "example-dirlister", "example-lister", "example-asker", "BrokerKit",
                "example-dirservice", "example-dirasker",
            ]),
        .testTarget(name: "HobControllerCoreTests", dependencies: ["HobControllerCore", "HobPolicy", "HobTestKit"]),
        .testTarget(
            name: "HobControllerTests",
            dependencies: [
                "HobController", "HobControllerCore", "HobPolicy", "HobSystem", "HobTestKit", "ControllerScenarios",
                "hob-fixture", "controller-host",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "ExampleTests", dependencies: ["HobSystem", "HobTestKit", "example-apache", "example-search"]),
        .testTarget(
            name: "HobTasksTests",
            dependencies: [
                "HobTasks", "HobPolicy", "HobSystem", "HobTestKit", .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "HobTests",
            dependencies: [
                "Hob", "HobTasks", "HobController", "HobPolicy", "HobProtocol", "HobSystem", "HobTestKit",
                "hob-fixture", "fixture-daemon", "fixture-tasks", .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "Configuration", package: "swift-configuration"),
            ]),
        .testTarget(
            name: "HobAMQPTests",
            dependencies: [
                "HobAMQP", "HobAMQPCommand", "HobPolicy", "HobSystem", "HobTestKit", "BrokerKit",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ]),
        .testTarget(
            name: "HobAMQPCommandTests",
            dependencies: [
                "HobAMQPCommand", "HobAMQP", "HobProtocol",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(
            name: "HobLinkTests",
            dependencies: [
                "HobLink", "HobCoding", "HobPolicy", "HobSystem", "HobTestKit", "LinkActors", "fixture-link",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(name: "LinkActors", dependencies: ["HobLink"], path: "Tests/LinkActors"),
        .executableTarget(name: "fixture-link", dependencies: ["HobLink", "LinkActors"], path: "Tests/LinkFixture"),
        .testTarget(
            name: "HobWorkersTests",
            dependencies: [
                "HobWorkers", "HobPolicy", "HobSystem", "HobTestKit", "fixture-workers",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(name: "HobFuzzTests", dependencies: ["HobFuzz", "HobSystem", "HobTestKit"]),
        .executableTarget(
            name: "controller-host", dependencies: ["ControllerScenarios", "HobController", "HobSystem", "HobTestKit"],
            path: "Tests/ControllerHost"),
        .executableTarget(name: "fixture-workers", dependencies: ["HobWorkers"], path: "Tests/WorkerFixture"),
        .executableTarget(name: "hob-fixture", dependencies: ["CHobKeeper"], path: "Tests/Fixtures"),
    ],
    swiftLanguageModes: [.v6]
)

// libFuzzer's main is linked only by `make fuzz`, in a scratch path of its own.
if Context.environment["HOB_FUZZ"] == "1" {
    package.targets.append(.executableTarget(name: "hob-fuzz", dependencies: ["HobFuzz"], path: "Fuzz/Driver"))
}

// Built only by what measures it: Benchmarks/run-controller, Benchmarks/run-tasks.
if Context.environment["HOB_BENCH"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "controller-bench", dependencies: ["HobController", "HobSystem"], path: "Benchmarks/controller",
            exclude: ["daemon.c", "gem.rb"]))
    package.targets.append(
        .executableTarget(
            name: "tasks-bench", dependencies: ["HobTasks", .product(name: "Logging", package: "swift-log")],
            path: "Benchmarks/tasks"))
    package.targets.append(
        .executableTarget(
            name: "link-bench", dependencies: ["HobLink", "HobSystem"], path: "Benchmarks/link",
            exclude: ["echo.c", "drb.rb"]))
    package.targets.append(
        .executableTarget(
            name: "amqp-bench", dependencies: ["HobAMQP"], path: "Benchmarks/amqp", exclude: ["peer.c", "peer.py"]))
    // Benchmarks/run-workers.
    package.targets.append(
        .executableTarget(
            name: "workers-bench",
            dependencies: ["HobWorkers", "HobSystem", .product(name: "Logging", package: "swift-log")],
            path: "Benchmarks/workers", exclude: ["load.c", "prefork.rb"]))
}

for target in package.targets where target.type != .plugin {
    if target.name.hasPrefix("CHob") {
        target.cSettings = (target.cSettings ?? []) + (strict ? [.treatAllWarnings(as: .error)] : [])
        continue
    }
    target.swiftSettings =
        (target.swiftSettings ?? [])
        + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("InternalImportsByDefault"),
        ]
        + (strict ? [.treatAllWarnings(as: .error)] : [])
}
