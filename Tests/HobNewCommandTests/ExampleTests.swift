import HobSystem
import HobTestKit
import Testing

@testable import HobNewCommand

/// Examples/dirlister was made by hob new; what was changed is what a user would change.
@Suite("Examples/dirlister", .blocking)
struct ExampleTests {
    @Test("It is what hob new makes, but for its own sources, its test of them and one line each of three files")
    func isGenerated() throws {
        let directory = try TestDirectory()
        var project = try Making.project(.simple)
        project = Project(name: try ProjectName("dirlister"), kind: .simple, hob: project.hob)
        let place = ProjectDirectory(path: directory.path(of: "dirlister"))
        var creation = try Creation(project, in: place)
        try creation.settle(.refuse) { _ in .quit }
        try creation.perform()
        let made = try Tree(directory)
        let checkout = "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
        var changed: Set<String> = []
        for path in made.files {
            let text = directory.read(path)
            let example = try? Descriptor.open("\(checkout)/Examples/\(path)").readAll(limit: 1 << 20)
            if example.map({ String(decoding: $0, as: UTF8.self) }) != text { changed.insert(path) }
        }
        #expect(
            changed == [
                // Where Hob comes from.
                "dirlister/Package.swift", "dirlister/Makefile", "dirlister/Dockerfile", "dirlister/.hob-new/manifest",
                // What it does.
                "dirlister/README.md", "dirlister/Sources/dirlister/Dirlister.swift",
                "dirlister/Sources/dirlister/Greeting.swift", "dirlister/Sources/dirlister/Keys.swift",
                "dirlister/Tests/dirlisterTests/GreetingTests.swift",
                "dirlister/Tests/dirlisterTests/LifeCycleTests.swift", "dirlister/systemd/dirlister.service",
            ])
    }
}
