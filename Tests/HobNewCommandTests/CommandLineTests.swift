import HobSystem
import HobTestKit
import Testing

@testable import HobNewCommand

/// The programs as they were built.
@Suite("hob new and hob destroy on the command line", .blocking)
struct CommandLineTests {
    @Test("hob becomes hob-new, which makes and takes away")
    func both() throws {
        let directory = try TestDirectory()
        let made = try run("hob", ["new", "hello", "--kind", "cron"], in: directory)
        #expect(made.code == 0, "\(made.output)")
        #expect(made.output.contains("   create hello/Package.swift\n"))
        #expect(made.output.contains("  cd hello\n  swift build "))
        #expect(directory.read("hello/Sources/hello/Disk.swift") != nil)
        let check = try run("hob", ["-C", "hello", "check", "--quiet"], in: directory)
        #expect(check.code == 0, "\(check.output)")
        let gone = try run("hob", ["destroy", "hello", "--yes"], in: directory)
        #expect(gone.code == 0, "\(gone.output)")
        #expect(try Tree(directory).entries.isEmpty)
    }

    @Test("row 77: --dry-run lists and changes nothing")
    func dryRun() throws {
        let directory = try TestDirectory()
        let made = try run("hob-new", ["new", "hello", "--dry-run"], in: directory)
        #expect(made.code == 0)
        #expect(made.output.contains("   create hello/hob.yml\n"))
        #expect(made.output.hasSuffix("nothing has been written (--dry-run)\n"))
        #expect(try Tree(directory).entries.isEmpty)
        #expect(try run("hob-new", ["new", "hello"], in: directory).code == 0)
        try directory.write("changed\n", to: "hello/hob.yml")
        let tree = try Tree(directory)
        let again = try run("hob-new", ["new", "hello", "--dry-run"], in: directory)
        #expect(again.output.contains(" conflict hello/hob.yml\n"))
        let forced = try run("hob-new", ["new", "hello", "--dry-run", "--force"], in: directory)
        #expect(forced.output.contains("overwrite hello/hob.yml\n"))
        let destroyed = try run("hob-new", ["destroy", "hello", "--dry-run"], in: directory)
        #expect(destroyed.output.contains("    leave hello/hob.yml\n"))
        #expect(destroyed.output.contains("   remove hello/Makefile\n"))
        #expect(try Tree(directory) == tree)
    }

    @Test("Where nobody can be asked, nothing is overwritten or removed")
    func nobody() throws {
        let directory = try TestDirectory()
        #expect(try run("hob-new", ["new", "hello", "--quiet"], in: directory) == .init(code: 0, output: ""))
        try directory.write("changed\n", to: "hello/hob.yml")
        let tree = try Tree(directory)
        let made = try run("hob-new", ["new", "hello"], in: directory)
        #expect(made.code == 73)
        #expect(
            made.output == "hob: hello has other files of these names: hob.yml; "
                + "--force overwrites them, --skip leaves them\n")
        let destroyed = try run("hob-new", ["destroy", "hello"], in: directory)
        #expect(destroyed.code == 64)
        #expect(destroyed.output.hasPrefix("hob: nobody is here to be asked"))
        #expect(try Tree(directory) == tree)
    }

    @Test(
        "What is wrong with the command line is a usage error",
        arguments: [
            ["new"], ["new", "hello", "--kind", "htp"], ["new", "hello", "--skip", "--force"], ["new", "Hello"],
            ["new", "hello", "--hob", "/nowhere"], ["destroy"], ["new", "a/.."],
        ])
    func usage(words: [String]) throws {
        let directory = try TestDirectory()
        let run = try run("hob-new", words, in: directory)
        #expect(run.code == 64, "\(run.output)")
        #expect(run.output.hasPrefix("hob: "), "\(run.output)")
        #expect(try Tree(directory).entries.isEmpty)
    }

    @Test("A directory may be named")
    func elsewhere() throws {
        let directory = try TestDirectory()
        try directory.descriptor.makeDirectory("below", mode: 0o755)
        #expect(try run("hob", ["-C", "below", "new", "one"], in: directory).code == 0)
        #expect(try run("hob", ["new", directory.path(of: "below/two/")], in: directory).code == 0)
        #expect(directory.read("below/one/Package.swift")?.contains("name: \"one\"") == true)
        #expect(directory.read("below/two/Package.swift")?.contains("name: \"two\"") == true)
    }

    @Test("hob without hob-new says how to get it")
    func alone() throws {
        let directory = try TestDirectory()
        try directory.copy(FixtureProgram.path(of: "hob"), to: "hob")
        let run = try run(directory.path(of: "hob"), ["new", "hello"], in: directory)
        #expect(run.code == 1)
        #expect(run.output.hasPrefix("hob: 'hob new' needs hob-new beside \(directory.path)/hob, which is not there: "))
        #expect(run.output.contains("make install"))
    }

    private struct Run: Equatable {
        var code: Int32
        var output: String
    }

    /// Runs a program to its end, without a terminal.
    private func run(_ program: String, _ words: [String], in directory: TestDirectory) throws -> Run {
        let path = program.hasPrefix("/") ? program : FixtureProgram.path(of: program)
        var request = SpawnRequest(executable: path, arguments: words)
        request.directory = directory.path
        let input = try Descriptor.open("/dev/null")
        request.descriptors = [DescriptorMapping(source: input.raw, target: 0)]
        let child = try TestChild(request)
        let output = try child.readToEnd()
        guard case .exited(let code) = try child.waitForExit() else { return Run(code: -1, output: output) }
        return Run(code: code, output: output)
    }
}
