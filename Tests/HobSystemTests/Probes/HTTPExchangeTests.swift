import Testing

@testable import HobSystem

@Suite(.blocking) struct HTTPExchangeTests {
    @Test(
        arguments: [
            ("HTTP/1.1 200 OK\r\n", .status(200)),
            ("HTTP/1.0 503 Service Unavailable\r\n", .status(503)),
            ("HTTP/1.1 204\r\n", .status(204)),
            ("HTTP/1.1 404 \nrest", .status(404)),
            ("HTTP/1.1 200 OK", .incomplete),
            ("HTTP/1.1 20 OK\r\n", .malformed),
            ("HTTP/1.1 2000 OK\r\n", .malformed),
            ("HTTP/1.1 099 OK\r\n", .malformed),
            ("HTTP/2 200\r\n", .malformed),
            ("-ERR unknown command\r\n", .malformed),
            ("\r\n", .malformed),
            ("", .incomplete),
        ] as [(String, HTTPExchange.Answer)])
    func `status lines are read, whole or byte by byte`(text: String, expected: HTTPExchange.Answer) {
        var whole = HTTPExchange()
        #expect(Array(text.utf8).withUnsafeBytes { whole.receive($0) } == expected)
        var pieces = HTTPExchange()
        var answer = HTTPExchange.Answer.incomplete
        for byte in text.utf8 where answer == .incomplete { answer = [byte].withUnsafeBytes { pieces.receive($0) } }
        #expect(answer == expected)
    }

    @Test func `an endless first line is given up at 8 KB`() {
        var exchange = HTTPExchange()
        let block = [UInt8](repeating: 0x41, count: 1024)
        for _ in 0..<8 { #expect(block.withUnsafeBytes { exchange.receive($0) } == .incomplete) }
        #expect(block.withUnsafeBytes { exchange.receive($0) } == .malformed)
    }

    @Test func `a path, host or name cannot smuggle a second line in`() {
        let request = String(
            decoding: HTTPExchange.request(host: "a\r\nX: y", path: "x y\nGET /evil", userAgent: "hob\r\nY: z"),
            as: UTF8.self)
        #expect(
            request == "GET /x%y%GET%/evil HTTP/1.1\r\nHost: a%%X:%y\r\nUser-Agent: hob%%Y:%z\r\nAccept: */*\r\n"
                + "Connection: close\r\n\r\n")
    }
}
