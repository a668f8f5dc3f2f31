import Glibc
import HobSystem
import HobTestKit
import Testing

@testable import HobSupervisor

@Suite(.blocking) struct LogOutputTests {
    @Test func `an output is settled when all was read and its last line ended`() throws {
        let directory = try TestDirectory()
        let fifo = try FIFO.make(at: "web", in: directory.descriptor)
        #expect(fifo.isNew)
        #expect(try !FIFO.make(at: "web", in: directory.descriptor).isNew)
        let output = LogOutput(try fifo.openReadWrite(), isWithinLine: false)
        #expect(output.isSettled)
        try output.fifo.writeAll("half a")
        #expect(!output.isSettled, "nobody has read it")
        var bytes = [UInt8](repeating: 0, count: 100)
        output.setWithinLine(true)
        #expect(read(output.fifo.raw, &bytes, 100) == 6)
        #expect(!output.isSettled, "its line has no end")
        output.setWithinLine(false)
        #expect(output.isSettled)
    }

    @Test func `what an earlier life read may lack its line end`() throws {
        let directory = try TestDirectory()
        let fifo = try FIFO.make(at: "web", in: directory.descriptor)
        #expect(LogOutput(try fifo.openReadWrite(), isWithinLine: true).isSettled == false)
    }
}
