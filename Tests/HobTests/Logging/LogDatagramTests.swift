import HobSystem
import HobTestKit
import Logging
import Testing

@testable import Hob

@Suite(.blocking) struct LogDatagramTests {
    private let directory: TestDirectory

    init() throws {
        directory = try TestDirectory("lg")
    }

    private func server() throws -> DatagramSocket { try DatagramSocket(in: directory.descriptor, name: "socket") }

    private func receive(from server: DatagramSocket) throws -> [UInt8] {
        try #require(server.descriptor.waitReadable(until: MonotonicTime.now() + .seconds(30)))
        return try #require(try server.receive(limit: 65_536)).bytes
    }

    private func text(from server: DatagramSocket) throws -> String {
        String(decoding: try receive(from: server), as: UTF8.self)
    }

    @Test(arguments: [
        (Logger.Level.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
    ]) func `row 48: a line arrives at syslog with the right priority`(_ level: Logger.Level, _ severity: Int) throws {
        let server = try server()
        let path = directory.path(of: "socket")
        let old = try QueuedLogSink(to: .syslog(path: path), daemon: "lister")
        old.write(.sample("hello", level: level, metadata: ["a": "b"]))
        let line = try text(from: server)
        #expect(line.hasPrefix("<\(24 + severity)>Nov 2"))
        #expect(line.hasSuffix(" lister[4711]: hello a=b"))
        let new = try QueuedLogSink(to: .syslog(path: path, dialect: .rfc5424, facility: .local7), daemon: "lister")
        new.write(.sample("hello", level: level))
        let parts = try text(from: server).split(separator: " ")
        #expect(parts.first == "<\(23 * 8 + severity)>1")
        #expect(parts.dropFirst().first == "2026-11-21T07:23:49.123Z")
        #expect(parts.dropFirst(3) == ["lister", "4711", "-", "-", "hello"])
    }

    @Test func `row 48: a record arrives at the journal with its fields, lines of its text included`() throws {
        let server = try server()
        let sink = try QueuedLogSink(to: .journal(path: directory.path(of: "socket")), daemon: "lister")
        sink.write(
            .sample(
                "two\nlines", level: .error, metadata: ["request-id": "7", "_pid": "1", "priority": "x", "9": "y"],
                failure: .init(Trouble.disk("full"))))
        let fields = JournalFields(try receive(from: server))
        #expect(fields["PRIORITY"] == "3")
        #expect(fields["MESSAGE"] == "two\nlines: HobTests.Trouble: disk(\"full\")")
        #expect(fields["SYSLOG_IDENTIFIER"] == "lister")
        #expect(fields["SYSLOG_PID"] == "4711")
        #expect(fields["CODE_FILE"] == "Lister/Main.swift")
        #expect(fields["CODE_LINE"] == "12")
        #expect(fields["ERROR_TYPE"] == "HobTests.Trouble")
        #expect(fields["REQUEST_ID"] == "7")
        // Neither may metadata pass for a trusted field, nor for one of ours.
        #expect(fields["PID"] == "1" && fields["FIELD_PRIORITY"] == "x" && fields["FIELD_9"] == "y")
    }

    @Test func `row 48: a log server that comes late or is restarted loses nothing`() throws {
        let sink = try QueuedLogSink(to: .syslog(path: directory.path(of: "socket")), daemon: "lister")
        sink.write(.sample("before"))
        var server: DatagramSocket? = try server()
        #expect(try text(from: #require(server)).hasSuffix(": before"))
        server?.descriptor.close()
        server = nil
        sink.write(.sample("meanwhile"))
        server = try self.server()
        #expect(try text(from: #require(server)).hasSuffix(": meanwhile"))
        #expect(sink.lostLines == 0)
    }

    @Test func `row 48: a log server that does not read holds up nobody and loses nothing that fits`() throws {
        let server = try server()
        let sink = try QueuedLogSink(to: .syslog(path: directory.path(of: "socket")), daemon: "lister")
        for number in 0..<2_000 { sink.write(.sample("\(number)")) }
        var read = 0
        while read < 2_000 {
            #expect(try text(from: server).hasSuffix(": \(read)"))
            read += 1
        }
        #expect(sink.lostLines == 0)
    }

    @Test func `a message that is too long for a datagram is lost, and told of`() throws {
        let server = try server()
        let sink = try QueuedLogSink(to: .syslog(path: directory.path(of: "socket")), daemon: "lister")
        sink.write(.sample(String(repeating: "x", count: 900_000)))
        #expect(sink.flush(within: .seconds(30)))
        #expect(try text(from: server).contains("1 line was lost since"))
    }
}

/// Reads the journal's native protocol.
private struct JournalFields {
    private var fields: [String: String] = [:]

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while let end = rest.firstIndex(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "\n") }) {
            let name = String(decoding: rest[..<end], as: UTF8.self)
            let isBinary = rest[end] == UInt8(ascii: "\n")
            rest = rest[(end + 1)...]
            var count = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 - rest.startIndex } ?? rest.count
            if isBinary {
                count = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
                rest = rest.dropFirst(8)
            }
            fields[name] = String(decoding: rest.prefix(count), as: UTF8.self)
            rest = rest.dropFirst(count + 1)
        }
    }

    subscript(name: String) -> String? { fields[name] }
}
