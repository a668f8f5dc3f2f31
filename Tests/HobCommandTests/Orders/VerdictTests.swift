import HobClient
import HobProtocol
import Testing

@testable import HobCommand

@Suite("Exit codes", .blocking)
struct VerdictTests {
    private func code(_ kinds: Outcome.Kind...) -> Int32 {
        ExitStatus.of(kinds.map { Outcome(instance: "a", kind: $0) })
    }

    @Test("The worst outcome decides")
    func outcomes() {
        #expect(code() == 0)
        #expect(code(.started, .alreadyUp, .stopped, .alreadyDown, .reloaded, .signaled, .accepted, .completed) == 0)
        #expect(code(.stopped, .killed) == 2)
        #expect(code(.started, .timedOut) == 2)
        #expect(code(.timedOut, .failed) == 1)
        #expect(code(.refused) == 1)
        #expect(code(.superseded) == 1)
    }

    @Test("Row 94: a task lends its exit status")
    func tasks() {
        let done = Outcome(instance: "t", kind: .completed, status: 7)
        #expect(ExitStatus.of([done]) == 7)
        #expect(ExitStatus.of([done, Outcome(instance: "u", kind: .started)]) == 1)
        let failed = Outcome(instance: "t", kind: .failed, status: 9)
        #expect(ExitStatus.of([failed], isTask: true) == 9)
        #expect(ExitStatus.of([failed], isTask: false) == 1)
        #expect(ExitStatus.of([Outcome(instance: "t", kind: .completed, status: 0)]) == 0)
    }

    @Test("Row 115: with a name, status follows the LSB")
    func named() {
        #expect(StatusVerdict.exitStatus([.of("a", .ready), .of("b", .running)], isNamed: true) == 0)
        #expect(StatusVerdict.exitStatus([.of("a", .done, kind: .task)], isNamed: true) == 0)
        #expect(StatusVerdict.exitStatus([.of("a", .ready), .of("b", .starting)], isNamed: true) == 3)
        #expect(StatusVerdict.exitStatus([.of("a", .stopped, wanted: .down)], isNamed: true) == 3)
        #expect(StatusVerdict.exitStatus([], isNamed: true) == 4)
    }

    @Test("Row 115: without a name, status says whether everything wanted is up")
    func unnamed() {
        let stopped = InstanceStatus.of("b", .stopped, wanted: .down)
        #expect(StatusVerdict.exitStatus([.of("a", .ready), stopped], isNamed: false) == 0)
        #expect(StatusVerdict.exitStatus([.of("t", .done, kind: .task)], isNamed: false) == 0)
        #expect(StatusVerdict.exitStatus([.of("a", .backingOff)], isNamed: false) == 1)
        #expect(StatusVerdict.exitStatus([], isNamed: false) == 0)
    }

    @Test("Errors of the client have their codes")
    func clientErrors() {
        #expect(ExitStatus.of(ClientError(.noSupervisor, "")) == 69)
        #expect(ExitStatus.of(ClientError(.notPermitted, "")) == 77)
        #expect(ExitStatus.of(ClientError(.timedOut, "")) == 2)
        #expect(ExitStatus.of(ClientError(.badScope, "")) == 78)
        #expect(ExitStatus.of(Failure(.badConfiguration, "")) == 78)
        #expect(ExitStatus.of(Failure(.unknownTarget, "")) == 1)
    }

    @Test("Every outcome has a sentence that begins with the instance", arguments: Outcome.Kind.allCases)
    func sentences(kind: Outcome.Kind) {
        let outcome = Outcome(instance: "web@1", kind: kind, pid: 7, message: "why", elapsed: 1_250)
        for verb in Request.Verb.allCases {
            #expect(OutcomeLine(outcome, verb: verb).text.hasPrefix("web@1"))
        }
    }

    @Test("Row 2: starting what runs says so with its pid")
    func alreadyUp() {
        let outcome = Outcome(instance: "web@1", kind: .alreadyUp, pid: 123)
        #expect(OutcomeLine(outcome, verb: .start).text == "web@1 is already running (pid 123)")
    }
}
