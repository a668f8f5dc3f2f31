import HobPolicy
import HobProtocol
import HobSystem
import HobTestKit
import Logging
import Testing

@testable import Hob

@Suite(.blocking) struct ErrorReportTests {
    private let directory: TestDirectory

    init() throws {
        directory = try TestDirectory("lg")
    }

    private func reporter(_ report: ErrorReport, _ complaints: Recording = Recording()) throws -> ErrorReporter {
        try ErrorReporter(report, daemon: "lister") { complaints.write($0) }
    }

    @Test func `a command gets the error as JSON and in its environment; lower levels are nobody's business`() throws {
        let complaints = Recording()
        let reporter = try reporter(
            ErrorReport(
                to: .shell("cat > \(directory.path)/out; echo $HOB_DAEMON $HOB_LOG_LEVEL >> \(directory.path)/out")),
            complaints)
        reporter.write(.sample("fine", level: .warning))
        reporter.write(.sample("broken", level: .error, failure: .init(Trouble.disk("full"))))
        #expect(reporter.flush(within: .seconds(60)))
        #expect(complaints.messages.isEmpty)
        let lines = (directory.read("out") ?? "").split(separator: "\n")
        let json = try JSONReader.read(String(try #require(lines.first)))
        #expect(json["message"]?.text == "broken")
        #expect(json["error"]?["type"]?.text == "HobTests.Trouble")
        #expect(json["held_back"]?.integer == 0)
        #expect(lines.last == "lister error")
    }

    @Test func `a command that fails or hangs is told of in the log, and nobody waits for it`() throws {
        let complaints = Recording()
        let failing = try reporter(ErrorReport(to: .command(["/bin/sh", "-c", "exit 3"])), complaints)
        failing.write(.sample(level: .error))
        #expect(failing.flush(within: .seconds(60)))
        #expect(complaints.messages == ["an error could not be reported: /bin/sh exited with status 3"])
        let hanging = try reporter(
            ErrorReport(to: .shell("sleep 1000 & sleep 1000"), deadline: .milliseconds(200)), complaints)
        hanging.write(.sample(level: .critical))
        #expect(hanging.flush(within: .seconds(60)))
        #expect(complaints.messages.last?.hasSuffix("was killed: it was not done in time") == true)
        let absent = try reporter(ErrorReport(to: .command(["no-such-program-of-hob"])), complaints)
        absent.write(.sample(level: .error))
        #expect(absent.flush(within: .seconds(60)))
        #expect(complaints.messages.last?.contains("no-such-program-of-hob") == true)
    }

    @Test func `a webhook gets the error by POST`() throws {
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        let address = try SocketAddress.local(of: listener)
        let complaints = Recording()
        let reporter = try reporter(
            ErrorReport(
                to: .webhook("http://\(address)/errors?from=hob"), limit: RateLimit(count: 2, window: .seconds(60))),
            complaints)
        for status in ["204 No Content", "500 Oops"] {
            reporter.write(.sample("broken", level: .error))
            let request = try answer(listener, with: "HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n")
            #expect(request.hasPrefix("POST /errors?from=hob HTTP/1.1\r\nHost: \(address)\r\n"))
            #expect(request.contains("\"message\":\"broken\""))
            #expect(reporter.flush(within: .seconds(60)))
        }
        #expect(complaints.messages == ["an error could not be reported: \(address) answered with status 500"])
    }

    @Test(arguments: ["https://example.org/", "example.org", ""])
    func `a webhook that is no http URL is refused with the way out`(
        _ url: String
    ) {
        let error = #expect(throws: LogError.self) { try reporter(ErrorReport(to: .webhook(url))) }
        #expect(error?.code == .badReport)
        #expect(error?.message.contains("curl") == true)
        #expect(throws: LogError.self) { try reporter(ErrorReport(to: .command([]))) }
    }

    @Test func `beyond the limit errors are held back, and the next report says how many`() {
        var queue = ReportQueue(RateLimit(count: 2, window: .seconds(60)))
        for number in 1...5 { queue.add(.sample("\(number)")) }
        let start = MonotonicInstant.zero
        #expect(queue.next(at: start)?.record.message == "1")
        #expect(queue.next(at: start + .seconds(1))?.record.message == "2")
        #expect(queue.next(at: start + .seconds(2)) == nil)
        #expect(queue.nextRoom == start + .seconds(60))
        // Nothing fails any more: the last one held back is told of, with the count of the others.
        let late = queue.next(at: start + .seconds(60))
        #expect(late?.record.message == "5" && late?.heldBack == 2)
        #expect(queue.nextRoom == nil)
        queue.add(.sample("6"))
        queue.add(.sample("7"))
        #expect(queue.next(at: start + .seconds(61))?.heldBack == 0)
        #expect(queue.next(at: start + .seconds(62)) == nil)
        #expect(queue.next(at: start + .seconds(120))?.record.message == "7")
    }

    @Test func `a flood of errors while a report is under way is bounded`() {
        var queue = ReportQueue(RateLimit(count: 1, window: .seconds(60)))
        for number in 1...10_000 { queue.add(.sample("\(number)")) }
        #expect(queue.next(at: .zero)?.heldBack == 10_000 - ReportQueue.capacity)
        #expect(queue.next(at: .zero) == nil)
        #expect(queue.next(at: .zero + .seconds(60))?.heldBack == ReportQueue.capacity - 2)
    }

    @Test func `what goes wrong with a report never leads to another report`() throws {
        let path = directory.path(of: "log")
        let report = ErrorReport(
            to: .command(["false"]), level: .trace, limit: RateLimit(count: 100, window: .seconds(1)))
        let log = try DaemonLog(
            name: "lister", LogOptions(level: .trace, destinations: [.file(path)], errorReport: report))
        log.logger().error("broken")
        #expect(log.flush(within: .seconds(60)))
        #expect(log.flush(within: .seconds(60)))
        #expect((directory.read("log") ?? "").split(separator: "\n").count == 2)
    }

    /// Takes one connection, reads a request with a body and answers.
    private func answer(_ listener: Descriptor, with text: String) throws -> String {
        let deadline = MonotonicTime.now() + .seconds(30)
        try #require(listener.waitReadable(until: deadline))
        let connection = try TestConnection.accept(on: listener)
        var request = ""
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while !request.hasSuffix("}\n"), connection.waitReadable(until: deadline) {
            let count = try chunk.withUnsafeMutableBytes { try connection.read(into: $0) ?? 0 }
            if count == 0 { break }
            request += String(decoding: chunk[..<count], as: UTF8.self)
        }
        try connection.writeAll(text)
        return request
    }
}
