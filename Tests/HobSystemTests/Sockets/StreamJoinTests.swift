import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct StreamJoinTests {
    /// A join on a thread of its own, with its peer's end of the socket.
    private final class Bench: Sendable {
        private typealias Outcome = Result<StreamJoin.Ending, SystemError>
        let peer: Descriptor
        private let outcome = Monitor<Outcome?>(nil)

        init(input: Descriptor, output: Descriptor) throws {
            let (socket, peer) = try Descriptor.socketPair(.stream)
            try socket.setNonBlocking(true)
            self.peer = peer
            try Thread.start(name: "join") { [outcome] in
                let result: Outcome
                do throws(SystemError) {
                    result = .success(try StreamJoin.run(socket: socket, input: input.raw, output: output.raw))
                } catch {
                    result = .failure(error)
                }
                // Whoever waits for their ends must see them.
                socket.close()
                input.close()
                output.close()
                outcome.withLock { $0 = result }
                outcome.broadcast()
            }
        }

        func ending() throws -> StreamJoin.Ending? {
            try outcome.wait(until: patience) { $0 }?.get()
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Descriptor, thenClose: Bool = true) throws {
        try Thread.start(name: "feeder") {
            try? descriptor.writeAll(bytes)
            if thenClose { descriptor.close() }
        }
    }

    private static func noise(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) } }

    @Test func `bytes go both ways, all 256 of them, and the peer ends it`() throws {
        let (input, feed) = try Descriptor.pipe()
        let (reader, output) = try Descriptor.pipe()
        let bench = try Bench(input: input, output: output)
        let all = (0...255).map { UInt8($0) }
        try feed.writeAll(all)
        var got = [UInt8](repeating: 0, count: 256)
        #expect(bench.peer.waitReadable(until: patience))
        #expect(try got.withUnsafeMutableBytes { try bench.peer.read(into: $0) } == 256)
        #expect(got == all)
        try bench.peer.writeAll(Array(all.reversed()))
        bench.peer.close()
        #expect(try reader.readAll(limit: 1_000) == Array(all.reversed()))
        #expect(try bench.ending() == .peer)
    }

    @Test func `the end of the input is passed on, and the answer still comes`() throws {
        let (input, feed) = try Descriptor.pipe()
        let (reader, output) = try Descriptor.pipe()
        let bench = try Bench(input: input, output: output)
        try Self.write(Array("question".utf8), to: feed)
        #expect(try bench.peer.readAll(limit: 100) == Array("question".utf8))
        try bench.peer.writeAll("answer")
        bench.peer.close()
        #expect(try reader.readAll(limit: 100) == Array("answer".utf8))
        #expect(try bench.ending() == .peer)
    }

    @Test func `great amounts go both ways at once, to a slow reader too, without a deadlock`() throws {
        let count = 8 << 20
        let (input, feed) = try Descriptor.pipe()
        let (reader, output) = try Descriptor.pipe()
        let bench = try Bench(input: input, output: output)
        let bytes = Self.noise(count)
        // The peer says all it has before it reads anything, and so do we: only the join's two ways keep it moving.
        try Self.write(bytes, to: feed)
        let heard = Monitor<[UInt8]?>(nil)
        let peer = bench.peer
        try Thread.start(name: "peer") {
            try? peer.writeAll(bytes)
            _ = shutdown(peer.raw, Int32(SHUT_WR))
            let all = try? peer.readAll(limit: count)
            heard.withLock { $0 = all ?? [] }
            heard.broadcast()
        }
        #expect(try reader.readAll(limit: count) == bytes)
        // The peer's end ends it; what it has heard by then is the beginning of what was sent.
        #expect(try bench.ending() == .peer)
        let said = try #require(heard.wait(until: patience) { $0 })
        #expect(bytes.starts(with: said))
    }

    @Test func `a full transfer out is complete when the peer waits for its end`() throws {
        let count = 8 << 20
        let (input, feed) = try Descriptor.pipe()
        let (reader, output) = try Descriptor.pipe()
        let bench = try Bench(input: input, output: output)
        let bytes = Self.noise(count)
        try Self.write(bytes, to: feed)
        #expect(try bench.peer.readAll(limit: count) == bytes)
        bench.peer.close()
        #expect(try reader.readAll(limit: 1) == [])
        #expect(try bench.ending() == .peer)
    }

    @Test func `files and sockets are good ends, too`() throws {
        let input = try Descriptor.memory(named: "input")
        try input.writeAll("from a file")
        lseek(input.raw, 0, SEEK_SET)
        let (ours, output) = try Descriptor.socketPair(.stream)
        let bench = try Bench(input: input, output: output)
        #expect(try bench.peer.readAll(limit: 100) == Array("from a file".utf8))
        let bytes = Self.noise(1 << 20)
        let peer = bench.peer
        try Self.write(bytes, to: peer)
        #expect(try ours.readAll(limit: 1 << 20) == bytes)
        #expect(try bench.ending() == .peer)
    }

    @Test func `an output that nobody reads any more ends it, with or without bytes for it`() throws {
        for saysSomething in [true, false] {
            let (input, feed) = try Descriptor.pipe()
            let (reader, output) = try Descriptor.socketPair(.stream)
            let bench = try Bench(input: input, output: output)
            reader.close()
            // Not write(2): it may be over already, and this thread has SIGPIPE.
            if saysSomething { send(bench.peer.raw, "x", 1, Int32(MSG_NOSIGNAL)) }
            #expect(try bench.ending() == .output)
            feed.close()
        }
    }

    @Test func `a peer that does not listen any more may still speak`() throws {
        let (input, feed) = try Descriptor.pipe()
        let (reader, output) = try Descriptor.pipe()
        let bench = try Bench(input: input, output: output)
        _ = shutdown(bench.peer.raw, Int32(SHUT_RD))
        try feed.writeAll("to nobody")
        try bench.peer.writeAll("still here")
        bench.peer.close()
        #expect(try reader.readAll(limit: 100) == Array("still here".utf8))
        #expect(try bench.ending() == .peer)
    }
}
