import HobTestKit

@testable import HobNewCommand

/// `hob new` in a test's directory, without the program around it.
enum Making {
    /// A project called hello.
    static func project(_ kind: ProjectKind = .simple) throws -> Project {
        Project(name: try ProjectName("hello"), kind: kind, hob: .url("https://example.org/hob.git"))
    }

    /// Where it is to be.
    static func place(_ directory: TestDirectory) -> ProjectDirectory {
        ProjectDirectory(path: directory.path(of: "hello"))
    }

    /// Makes it.
    static func make(
        _ kind: ProjectKind = .simple, in directory: TestDirectory, _ policy: OverwritePolicy = .refuse,
        ask: (String) -> Creation.Answer = { _ in .quit }
    ) throws {
        var creation = try Creation(try project(kind), in: place(directory))
        try creation.settle(policy, ask: ask)
        try creation.perform()
    }

    /// Takes it away again; what is left.
    @discardableResult
    static func destroy(in directory: TestDirectory, force: Bool = false) throws -> [String] {
        var destruction = try Destruction(of: place(directory), force: force)
        return try destruction.perform()
    }
}
