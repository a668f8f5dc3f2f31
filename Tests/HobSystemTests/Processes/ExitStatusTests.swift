import Glibc
import HobSystem
import Testing

@Suite(.blocking) struct ExitStatusTests {
    @Test func `statuses are worded for people`() {
        #expect(ExitStatus.exited(code: 1).description == "exited with status 1")
        #expect(ExitStatus.signaled(signal: SIGXCPU, coreDumped: false).description == "terminated with signal SIGXCPU")
        let dumped = ExitStatus.signaled(signal: SIGSEGV, coreDumped: true)
        #expect(dumped.description == "terminated with signal SIGSEGV (core dumped)")
    }

    @Test func `raw wait statuses are decoded`() {
        #expect(ExitStatus(waitStatus: 0x0700) == .exited(code: 7))
        #expect(ExitStatus(waitStatus: 9) == .signaled(signal: 9, coreDumped: false))
        #expect(ExitStatus(waitStatus: 11 | 0x80) == .signaled(signal: 11, coreDumped: true))
    }
}
