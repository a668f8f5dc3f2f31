import HobSystem
import HobTestKit
import Testing

@testable import HobNewCommand

@Suite("hob destroy", .blocking)
struct DestructionTests {
    @Test("row 77: nothing is left of what was made", arguments: ProjectKind.allCases)
    func everything(kind: ProjectKind) throws {
        let directory = try TestDirectory()
        try Making.make(kind, in: directory)
        #expect(try Making.destroy(in: directory) == [])
        #expect(try Tree(directory).entries.isEmpty)
    }

    @Test("row 77: a tree that was there before is restored byte for byte, overwritten files included")
    func restored() throws {
        let directory = try TestDirectory()
        for name in ["hello", "hello/config", "hello/Sources", "hello/empty"] {
            try directory.descriptor.makeDirectory(name, mode: 0o750)
        }
        try directory.write("mine\n", to: "hello/README.md", mode: 0o600)
        try directory.write("port: 1\n", to: "hello/config/base.yml")
        try directory.write("", to: "hello/Makefile", mode: 0o755)
        try directory.write("data\n", to: "hello/notes")
        let tree = try Tree(directory)
        try Making.make(.http, in: directory, .force)
        #expect(try Tree(directory) != tree)
        #expect(try Making.destroy(in: directory) == ["Makefile", "README.md", "Sources", "config", "empty", "notes"])
        #expect(try Tree(directory) == tree)
    }

    @Test("row 77: so it is when it was made twice, and when files were skipped")
    func twice() throws {
        let directory = try TestDirectory()
        try directory.descriptor.makeDirectory("hello", mode: 0o755)
        try directory.write("mine\n", to: "hello/README.md")
        try directory.write("all:\n", to: "hello/Makefile")
        let tree = try Tree(directory)
        try Making.make(in: directory, .ask) { $0 == "README.md" ? .yes : .no }
        try directory.write("changed\n", to: "hello/hob.yml")
        try Making.make(in: directory, .ask) { $0 == "hob.yml" ? .yes : .no }
        try Making.destroy(in: directory)
        #expect(try Tree(directory) == tree)
    }

    @Test("A file that was changed since stays, and can be removed later")
    func changed() throws {
        let directory = try TestDirectory()
        try Making.make(in: directory)
        try directory.write("changed\n", to: "hello/hob.yml")
        var destruction = try Destruction(of: Making.place(directory), force: false)
        #expect(destruction.changed == ["hob.yml"])
        #expect(try destruction.perform() == [".hob-new", "hob.yml"])
        #expect(try Tree(directory).files == ["hello/.hob-new/manifest", "hello/hob.yml"])
        #expect(try Making.destroy(in: directory, force: true) == [])
        #expect(try Tree(directory).entries.isEmpty)
    }

    @Test("What something else has made stays, and is named")
    func foreign() throws {
        let directory = try TestDirectory()
        try Making.make(in: directory)
        try directory.write("{}\n", to: "hello/Package.resolved")
        try directory.write("let a = 1\n", to: "hello/Sources/hello/More.swift")
        #expect(try Making.destroy(in: directory) == ["Package.resolved", "Sources"])
        #expect(try Tree(directory).files == ["hello/Package.resolved", "hello/Sources/hello/More.swift"])
    }

    @Test("A file that is gone already is no error")
    func gone() throws {
        let directory = try TestDirectory()
        try Making.make(in: directory)
        try directory.descriptor.remove("hello/hob.yml")
        #expect(try Making.destroy(in: directory) == [])
        #expect(try Tree(directory).entries.isEmpty)
    }

    @Test("A creation that broke off can be undone at every step", arguments: 0..<18)
    func brokenOff(step: Int) throws {
        let directory = try TestDirectory()
        try directory.descriptor.makeDirectory("hello", mode: 0o755)
        try directory.write("mine\n", to: "hello/README.md")
        let tree = try Tree(directory)
        try Making.make(in: directory, .force)
        // As if it had ended before this file and all after it were written.
        for step in try Creation(Making.project(), in: Making.place(directory)).steps[step...] {
            try directory.descriptor.remove("hello/\(step.file.path)")
        }
        try Making.destroy(in: directory)
        #expect(try Tree(directory) == tree)
    }

    @Test("A directory without a manifest is not touched")
    func stranger() throws {
        let directory = try TestDirectory()
        try directory.descriptor.makeDirectory("hello", mode: 0o755)
        try directory.write("mine\n", to: "hello/README.md")
        let failure = #expect(throws: NewFailure.self) { try Making.destroy(in: directory, force: true) }
        #expect(
            failure?.message
                == "\(directory.path)/hello was not made by hob new: it holds no .hob-new/manifest")
        #expect(directory.read("hello/README.md") == "mine\n")
    }

    @Test(
        "A manifest that names files elsewhere is refused before anything is removed",
        arguments: ["../outside", "/etc/passwd", "a/../../outside", ".hob-new/manifest", "a//b", ""])
    func hostile(path: String) throws {
        let directory = try TestDirectory()
        try directory.write("outside\n", to: "outside")
        try Making.make(in: directory)
        let digest = SHA256.hex(Array("outside\n".utf8))
        let manifest = try #require(directory.read("hello/.hob-new/manifest"))
        try directory.write(manifest + "\(digest)  \(path)\n", to: "hello/.hob-new/manifest")
        let tree = try Tree(directory)
        let failure = #expect(throws: NewFailure.self) { try Making.destroy(in: directory, force: true) }
        #expect(failure?.message.hasSuffix(" is not in the project; nothing has been changed") == true)
        #expect(try Tree(directory) == tree)
    }

    @Test("A damaged manifest is refused with its line")
    func damaged() throws {
        let directory = try TestDirectory()
        try Making.make(in: directory)
        try directory.write("# kind simple\nabc  hob.yml\n", to: "hello/.hob-new/manifest")
        let failure = #expect(throws: NewFailure.self) { try Making.destroy(in: directory) }
        #expect(
            failure?.message
                == "\(directory.path)/hello/.hob-new/manifest:2: expected a SHA-256, two blanks and a path; "
                + "nothing has been changed")
    }
}
