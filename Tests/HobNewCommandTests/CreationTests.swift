import HobSystem
import HobTestKit
import Testing

@testable import HobNewCommand

@Suite("hob new", .blocking)
struct CreationTests {
    static let shared = [
        ".dockerignore", ".gitignore", ".hob-new/manifest", "Dockerfile", "Makefile", "Package.swift", "README.md",
        "Sources/hello/Hello.swift", "Sources/hello/Keys.swift", "Tests/helloTests/DaemonProgram.swift",
        "Tests/helloTests/LifeCycleTests.swift",
        "config/base.yml", "config/development.yml", "config/production.yml", "config/test.yml", "hob.yml",
        "systemd/hello.service",
    ]

    static let own: [(ProjectKind, [String])] = [
        (.simple, ["Sources/hello/Greeting.swift", "Tests/helloTests/GreetingTests.swift"]),
        (.cron, ["Sources/hello/Disk.swift", "Tests/helloTests/DiskTests.swift"]),
        (
            .tcp,
            [
                "Sources/hello/Echo.swift", "Sources/hello/EchoServer.swift", "Tests/helloTests/EchoTests.swift",
                "Tests/helloTests/LocalSocket.swift",
            ]
        ),
        (
            .http,
            [
                "Sources/hello/Greeting.swift", "Sources/hello/LastAnswers.swift", "Sources/hello/Routes.swift",
                "Tests/helloTests/GreetingTests.swift",
                "Tests/helloTests/LocalSocket.swift",
            ]
        ),
        (
            .service,
            [
                "Sources/hello/Collector.swift", "Sources/hello/Counter.swift", "Sources/hello/Reporter.swift",
                "Tests/helloTests/CounterTests.swift",
            ]
        ),
        (
            .amqp,
            [
                "Sources/hello/BrokerStatus.swift", "Sources/hello/Greeting.swift",
                "Tests/helloTests/GreetingTests.swift",
            ]
        ),
        (
            .workers,
            [
                "Sources/hello/Answerer.swift", "Sources/hello/Lines.swift", "Tests/helloTests/LinesTests.swift",
                "Tests/helloTests/LocalSocket.swift",
            ]
        ),
    ]

    @Test("row 78: every kind has its files, and no others", arguments: own)
    func files(kind: ProjectKind, own: [String]) throws {
        let directory = try TestDirectory()
        try Making.make(kind, in: directory)
        #expect(try Tree(directory).files == (Self.shared + own).map { "hello/" + $0 }.sorted())
    }

    @Test("row 77: planning writes nothing")
    func planning() throws {
        let directory = try TestDirectory()
        let creation = try Creation(Making.project(), in: Making.place(directory))
        #expect(creation.steps.count == 18)
        #expect(creation.steps.allSatisfy { $0.action == .create })
        #expect(try Tree(directory).entries.isEmpty)
    }

    @Test("A second time everything is as it is to be")
    func again() throws {
        let directory = try TestDirectory()
        try Making.make(in: directory)
        let tree = try Tree(directory)
        let creation = try Creation(Making.project(), in: Making.place(directory))
        #expect(creation.steps.allSatisfy { $0.action == .identical })
        try Making.make(in: directory)
        #expect(try Tree(directory) == tree)
    }

    @Test("row 77: files that differ are refused with their names, and nothing is written")
    func refused() throws {
        let directory = try occupied()
        let tree = try Tree(directory)
        let failure = #expect(throws: NewFailure.self) { try Making.make(in: directory) }
        #expect(failure?.exitStatus == 73)
        #expect(
            failure?.message == "\(directory.path)/hello has other files of these names: Makefile, README.md; "
                + "--force overwrites them, --skip leaves them")
        #expect(try Tree(directory) == tree)
    }

    @Test("row 77: --force overwrites them")
    func forced() throws {
        let directory = try occupied()
        try Making.make(in: directory, .force)
        #expect(directory.read("hello/README.md")?.hasPrefix("# hello\n") == true)
        #expect(directory.read("hello/Makefile")?.hasPrefix("PREFIX") == true)
    }

    @Test("row 77: --skip leaves them and writes the others")
    func skipped() throws {
        let directory = try occupied()
        try Making.make(in: directory, .skip)
        #expect(directory.read("hello/README.md") == "mine\n")
        #expect(directory.read("hello/Makefile") == "all:\n")
        #expect(directory.read("hello/Package.swift") != nil)
    }

    @Test("row 77: asked, each is treated as the answer says")
    func asked() throws {
        let directory = try occupied()
        var asked: [String] = []
        try Making.make(in: directory, .ask) { path in
            asked.append(path)
            return path == "Makefile" ? .yes : .no
        }
        #expect(asked == ["Makefile", "README.md"])
        #expect(directory.read("hello/Makefile")?.hasPrefix("PREFIX") == true)
        #expect(directory.read("hello/README.md") == "mine\n")
    }

    @Test("row 77: 'all' is asked for once")
    func all() throws {
        let directory = try occupied()
        var count = 0
        try Making.make(in: directory, .ask) { _ in
            count += 1
            return .all
        }
        #expect(count == 1)
        #expect(directory.read("hello/README.md")?.hasPrefix("# hello\n") == true)
    }

    @Test("row 77: 'quit' leaves everything as it was")
    func quit() throws {
        let directory = try occupied()
        let tree = try Tree(directory)
        #expect(throws: NewFailure(73, "nothing has been written")) {
            try Making.make(in: directory, .ask) { $0 == "Makefile" ? .yes : .quit }
        }
        #expect(try Tree(directory) == tree)
    }

    @Test("A file of ours that nobody has changed is replaced without a question; a changed one is not")
    func update() throws {
        let directory = try TestDirectory()
        try Making.make(in: directory)
        try directory.write("changed\n", to: "hello/hob.yml")
        let other = Project(name: try ProjectName("hello"), kind: .simple, hob: .url("https://example.net/hob"))
        let creation = try Creation(other, in: Making.place(directory))
        #expect(creation.steps.filter { $0.action == .update }.map(\.file.path) == ["Package.swift"])
        #expect(creation.conflicts == ["hob.yml"])
    }

    @Test("A project of another kind is not mixed up with this one")
    func otherKind() throws {
        let directory = try TestDirectory()
        try Making.make(.cron, in: directory)
        let failure = #expect(throws: NewFailure.self) { try Making.make(.simple, in: directory, .force) }
        #expect(failure?.message.hasSuffix("is of kind cron: say --kind cron, or 'hob destroy' it first") == true)
    }

    @Test("A link is never written through")
    func link() throws {
        let directory = try TestDirectory()
        try directory.write("outside\n", to: "outside")
        try directory.descriptor.makeDirectory("hello", mode: 0o755)
        #expect(symbolicLink(to: "../outside", at: directory.path(of: "hello/README.md")))
        #expect(throws: NewFailure.self) { try Making.make(in: directory, .force) }
        #expect(directory.read("outside") == "outside\n")
    }

    @Test("A link in place of a directory is not followed")
    func linkedDirectory() throws {
        let directory = try TestDirectory()
        try directory.descriptor.makeDirectory("hello", mode: 0o755)
        try directory.descriptor.makeDirectory("outside", mode: 0o755)
        #expect(symbolicLink(to: "../outside", at: directory.path(of: "hello/Sources")))
        #expect(throws: NewFailure.self) { try Making.make(in: directory, .force) }
        #expect(try Tree(directory).files == [])
    }

    /// A directory with two files of these names, and one of another.
    private func occupied() throws -> TestDirectory {
        let directory = try TestDirectory()
        try directory.descriptor.makeDirectory("hello", mode: 0o755)
        try directory.write("mine\n", to: "hello/README.md", mode: 0o600)
        try directory.write("all:\n", to: "hello/Makefile")
        try directory.write("data\n", to: "hello/notes")
        return directory
    }
}
