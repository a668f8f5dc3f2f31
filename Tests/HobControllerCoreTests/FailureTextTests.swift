import HobControllerCore
import Testing

@Suite("The wording of failures")
struct FailureTextTests {
    private static func failure(_ endings: String...) -> ControllerFailure {
        ControllerFailure(.startFailed, endings: endings, showsOutput: true)
    }

    @Test("DC10: output, newline, status")
    func output() {
        #expect(
            FailureText.compose(Self.failure("exited with status 1"), output: "hello world\n", log: .text(""))
                == "hello world\n(exited with status 1)")
    }

    @Test("DC11: a silent failure")
    func silent() {
        #expect(
            FailureText.compose(Self.failure("exited with status 1"), output: "", log: .text(""))
                == "(logs empty; exited with status 1)")
    }

    @Test("DC16, DC27: a log that cannot be read")
    func unavailable() {
        #expect(FailureText.compose(Self.failure(), output: "", log: .unavailable) == "(logs not available)")
        #expect(
            FailureText.compose(Self.failure("timed out"), output: "", log: .unavailable)
                == "(logs not available; timed out)")
    }

    @Test("DC18: output, log lines, ending")
    func everything() {
        #expect(
            FailureText.compose(Self.failure("timed out"), output: "from stdout\n", log: .text("from the log\n"))
                == "from stdout\nfrom the log\n(timed out)")
    }

    @Test("nothing to say about the ending: no parentheses")
    func logOnly() {
        #expect(FailureText.compose(Self.failure(), output: "", log: .text("crashed\n")) == "crashed")
    }
}
