import Glibc
import HobSystem
import Testing

@Suite(.blocking) struct SystemErrorTests {
    @Test func `an error names path, reason and errno`() {
        let error = #expect(throws: SystemError.self) { try Descriptor.open("/nonexistent/file") }
        #expect(error?.description == "cannot open /nonexistent/file: no such file or directory (ENOENT)")
    }

    @Test func `too many files says the limit and the remedy`() {
        let message = SystemError.open("/x", EMFILE).message
        #expect(message.contains("(limit ") && message.contains("raise RLIMIT_NOFILE"))
    }

    @Test(arguments: [("EAGAIN", EAGAIN), ("EWOULDBLOCK", EAGAIN), ("ENOSPC", ENOSPC)])
    func `errnos are found by name`(name: String, code: Int32) {
        #expect(SystemError.code(named: name) == code)
    }

    @Test func `unknown errnos have a name all the same`() {
        #expect(SystemError.name(of: 4000) == "errno 4000")
        #expect(SystemError.code(named: "ENOTHING") == nil)
    }
}
