import BrokerKit
import HobSystem
import HobTestKit
import Testing

/// The drivers that the example's tests use are tried against each other.
@Suite(.ownThread) struct PikaTests {
    @Test func `pika asks pika for directories, and gets listings, errors and timeouts`() throws {
        let host = try VirtualHost(on: .shared())
        let service = try PikaProgram.start("dirservice", [host.url, "serve"])
        try service.waitForOutput("ready\n", within: .seconds(120))
        let place = try TestDirectory()
        try place.write("", to: "hello")
        let (output, status) = try PikaProgram.ask(
            ["\(place.path),0", "/does/not/exist,0", "/,60", "nonsense"], at: host.url)
        #expect(status == .exited(code: 0))
        let lines = output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.contains { $0.contains("\(place.path),0") && $0.contains("\"body\": \"hello\"") })
        #expect(lines.contains { $0.contains("error: /does/not/exist: No such file or directory") })
        #expect(lines.last?.contains("error: timeout") == true)
        #expect(lines.contains { $0.contains("is not path,seconds") })
    }

    @Test func `an answer that does not come is named`() throws {
        let host = try VirtualHost(on: .shared())
        let (output, status) = try PikaProgram.ask(["/tmp,0"], at: host.url, within: 1)
        #expect(status == .exited(code: 2))
        #expect(output.contains("no answer within 1 s: ['/tmp,0']"))
    }
}
