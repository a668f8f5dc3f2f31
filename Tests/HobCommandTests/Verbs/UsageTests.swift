import HobProtocol
import HobTestKit
import Testing

@testable import HobCommand

@Suite("Usage", .blocking)
struct UsageTests {
    private let directory: TestDirectory

    init() throws {
        directory = try TestDirectory()
    }

    private func hob(_ arguments: String...) throws -> HobRun {
        try HobRun(arguments, in: directory.path)
    }

    @Test("Every verb has help with an example", arguments: HobRoot.verbs)
    func help(verb: String) throws {
        let run = try hob(verb, "--help")
        #expect(run.code == 0)
        #expect(run.output.contains("Example"))
        #expect(run.output.contains("hob \(verb)"))
        #expect(run.errors.isEmpty)
    }

    @Test("Help of a verb's own verb is found by either order of words")
    func helpOfSubverb() throws {
        let run = try hob("help", "amqp", "parked")
        #expect(run.code == 0 && run.output.contains("USAGE: hob amqp parked <queue>"))
        #expect(try hob("amqp", "parked", "--help").output == run.output)
    }

    @Test("Verbs that print data do so as JSON, verbs that wait have a deadline")
    func options() throws {
        for verb in ["status", "logs", "why", "events", "check", "plan", "version"] {
            #expect(try hob(verb, "--help").output.contains("--json"), "\(verb)")
        }
        for verb in ["up", "down", "start", "stop", "restart", "reload", "ensure", "scale", "signal", "status"] {
            #expect(try hob(verb, "--help").output.contains("--timeout"), "\(verb)")
        }
    }

    @Test(
        "Wrong usage ends with 64 and says what would be right",
        arguments: [
            (["statsu"], "did you mean 'status'?"), (["amqp", "redirve"], "did you mean 'hob amqp redrive'?"),
            (["frobnicate"], "'hob --help' lists them"),
            (["status", "--jsno"], "--json"), (["up", "--no-wait"], "--no-wait belongs to -d"),
            (["start", "x", "--timeout", "10"], "10"), (["scale", "web"], "web"), (["signal", "web"], "signal"),
            (["status", "--system", "-C", "/"], "--system"), (["logs", "-n", "-1"], "-n"),
        ])
    func wrongUsage(words: [String], hint: String) throws {
        let run = try HobRun(words, in: directory.path)
        #expect(run.code == 64)
        #expect(run.errors.hasPrefix("hob: "), "\(run.errors)")
        #expect(run.errors.contains(hint), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test("Outside of any project hob says so with 78")
    func noProject() throws {
        let run = try hob("up")
        #expect(run.code == 78)
        #expect(run.errors.contains("there is no hob.yml in \(directory.path)"))
    }

    @Test("The version is told everywhere, as text and JSON")
    func version() throws {
        #expect(try hob("version").output == "hob \(HobVersion.current)\n")
        #expect(try hob("--version").output == "hob \(HobVersion.current)\n")
        #expect(try JSONReader.read(try hob("version", "--json").output)["hob"]?.text == HobVersion.current)
    }

    @Test("Completion scripts are printed for each shell", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) throws {
        let run = try hob("completions", shell)
        #expect(run.code == 0)
        #expect(run.output.contains("ensure"))
    }

    @Test("Names of instances are completed")
    func completesNames() throws {
        let project = try PlayedProject { _, client in
            client.send(.status(.of("web@1", .ready)))
            client.done()
        }
        let run = try project.hob("---completion", "start", "--", "positional@0", "0", "0", "w")
        #expect(run.lines.contains("web@1"), "\(run.errors)")
    }

    @Test("Colours appear only when asked for or on a terminal")
    func colors() throws {
        let project = try PlayedProject { _, client in
            client.send(.status(.of("web@1", .ready)))
            client.done()
        }
        #expect(try !project.hob("status").output.contains("\u{1B}"))
        #expect(try project.hob("status", "--color", "always").output.contains("\u{1B}[32mready"))
        #expect(try project.hob("--color", "always", "status").output.contains("\u{1B}[32mready"))
    }
}
