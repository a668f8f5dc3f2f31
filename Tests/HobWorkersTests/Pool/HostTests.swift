import Glibc
import HobSystem
import HobTestKit
import Testing

/// A program with a pool of itself, and what becomes of its workers.
@Suite(.ownThread) struct HostTests {
    private struct Host {
        let child: TestChild
        let input: Descriptor
        let address: String
        let workers: [ProcessHandle]

        init(_ words: String...) throws {
            let pipe = try Descriptor.pipe()
            var request = SpawnRequest(executable: FixtureProgram.path(of: "fixture-workers"), arguments: words)
            request.descriptors = [DescriptorMapping(source: pipe.read.raw, target: 0)]
            request.environment = ["PATH=/usr/bin:/bin", "SWIFT_BACKTRACE=enable=no"]
            child = try TestChild(request)
            input = pipe.write
            let text = try child.waitForOutput("ready 127")
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ready ") }) else {
                throw SystemError(code: EPROTO, message: "the host said \(text)")
            }
            let words = line.split(separator: " ")
            address = String(words[1])
            workers = try words.dropFirst(2).compactMap { Int32($0) }.map { try ProcessHandle.open(pid: $0) }
        }
    }

    @Test func `a program runs workers of itself, and restarts them`() throws {
        let host = try Host("host")
        #expect(host.workers.count == 2)
        #expect(try EchoClient.ask("hello", at: host.address)?.text == "hello")
        try host.input.writeAll("restart\n")
        try host.child.waitForOutput("restarted")
        for worker in host.workers { #expect(worker.waitForExit(until: .now() + .seconds(30))) }
        #expect(try EchoClient.ask("hello", at: host.address)?.text == "hello")
        try host.input.writeAll("stop\n")
        try host.child.waitForOutput("stopped 0")
        host.input.close()
        #expect(try host.child.waitForExit() == .exited(code: 0))
    }

    @Test func `workers die with their pool's process`() throws {
        let host = try Host("host")
        _ = try host.child.process.handle.signal(.kill)
        for worker in host.workers { #expect(worker.waitForExit(until: .now() + .seconds(30))) }
    }

    @Test func `workers that are told so finish what they have in hand when their pool's process dies`() throws {
        let host = try Host("host", "drain")
        let answer = Monitor<String??>(nil)
        let address = host.address
        try Thread.start(name: "slow") {
            let text = try? EchoClient.ask("slow", at: address)?.text
            answer.withLock { $0 = .some(text) }
            answer.signal()
        }
        try host.child.waitForOutput("slow begins")
        _ = try host.child.process.handle.signal(.kill)
        #expect(answer.wait { $0 } == "slow")
        for worker in host.workers { #expect(worker.waitForExit(until: .now() + .seconds(30))) }
    }

    @Test func `a program whose main has forgotten the first line fails at once with the sentence`() throws {
        let child = try TestChild(
            SpawnRequest(executable: FixtureProgram.path(of: "fixture-workers"), arguments: ["undeclared"]))
        let text = try child.readToEnd()
        #expect(text.contains("must begin with WorkerProcess.becomeWorkerIfAsked([EchoWorker.self])"), "\(text)")
        #expect(try child.waitForExit() == .exited(code: 1))
    }
}
