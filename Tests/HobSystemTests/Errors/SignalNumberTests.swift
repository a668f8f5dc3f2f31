import Glibc
import HobSystem
import Testing

@Suite(.blocking) struct SignalNumberTests {
    @Test(arguments: ["TERM", "SIGTERM", "15", "term", "SigTerm"])
    func `a signal has many spellings`(name: String) {
        #expect(SignalNumber(name: name) == .terminate)
    }

    @Test(arguments: ["", "0", "65", "-9", "+9", "TERMINATE", "SIG", "RTMIN+99", "RTMAX-99", "RTMIN+x", "9 "])
    func `what is no signal is refused`(name: String) {
        #expect(SignalNumber(name: name) == nil)
    }

    @Test func `real-time signals count from both ends`() {
        #expect(SignalNumber(name: "SIGRTMIN")?.rawValue == 34)
        #expect(SignalNumber(name: "RTMIN+2")?.rawValue == 36)
        #expect(SignalNumber(name: "RTMAX")?.rawValue == 64)
        #expect(SignalNumber(name: "SIGRTMAX-1")?.rawValue == 63)
        #expect(SignalNumber(rawValue: 36).name == "SIGRTMIN+2")
    }

    @Test func `every name is read back`() {
        for number in SignalNumber.all where number != 32 && number != 33 {
            let signal = SignalNumber(rawValue: number)
            #expect(SignalNumber(name: signal.name) == signal, "\(signal.name)")
        }
    }

    @Test func `synonyms mean the same`() {
        #expect(SignalNumber(name: "CLD")?.rawValue == SIGCHLD)
        #expect(SignalNumber(name: "IO")?.rawValue == SIGIO)
        #expect(SignalNumber(name: "IOT")?.rawValue == SIGABRT)
    }
}
