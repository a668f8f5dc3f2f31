import Glibc
import HobSystem
import HobTestKit
import HobWorkers
import Testing

/// The same as the fixture's.
struct ChannelMessage: Codable, Sendable, Equatable {
    var text: String
    var number = 0
    var payload: [UInt8] = []
}

/// A parent and its child talk.
@Suite(.ownThread) struct ChannelTests {
    private typealias Child = ConnectedChild<ChannelMessage, ChannelMessage>

    private func child(limit: Int = 4 << 20) async throws -> Child {
        var child = ChildProcess([FixtureProgram.path(of: "fixture-workers"), "channel"])
        child.stop = StopSequence(steps: [StopSequence.Step(signal: SIGTERM, patience: .seconds(5))])
        let connected = try await child.connect(
            sending: ChannelMessage.self, receiving: ChannelMessage.self, messageLimit: limit)
        let hello = try await connected.channel.next()
        #expect(hello?.content == ChannelMessage(text: "hello", number: Int(connected.pid)))
        return connected
    }

    @Test func `row 64: typed messages go both ways, a megabyte as well`() async throws {
        let child = try await child()
        let payload = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let message = ChannelMessage(text: "echo", number: -5, payload: payload)
        #expect(try await child.channel.call(message, within: .seconds(60)) == message)
        async let answer = child.channel.call(ChannelMessage(text: "ask back"), within: .seconds(60))
        let question = try #require(try await child.channel.next())
        #expect(question.isCall && question.content.text == "question")
        try await question.answer(ChannelMessage(text: "the answer", number: 42))
        #expect(try await answer == ChannelMessage(text: "the answer", number: 42))
        #expect(try await child.end().outcome == .signaled(SIGTERM, coreDumped: false))
    }

    @Test func `row 64: a call has its deadline, and a late answer belongs to nobody`() async throws {
        let child = try await child()
        do {
            _ = try await child.channel.call(ChannelMessage(text: "ignore"), within: .milliseconds(50))
            Issue.record("an answer came")
        } catch let error as ChannelError { #expect(error.code == .timedOut, "\(error)") }
        #expect(try await child.channel.call(ChannelMessage(text: "echo"), within: .seconds(60)).text == "echo")
        _ = try await child.end()
    }

    @Test func `row 64: the death of the child ends what waits, with its pid and exit status`() async throws {
        let child = try await child()
        do {
            _ = try await child.channel.call(ChannelMessage(text: "die", number: 7), within: .seconds(60))
            Issue.record("an answer came")
        } catch let error as ChannelError {
            #expect(error.code == .ended)
            #expect(
                error.message.contains("\(child.pid)") && error.message.contains("exited with status 7"), "\(error)")
        }
        await #expect(throws: ChannelError.self) { try await child.channel.next() }
        await #expect(throws: ChannelError.self) { try await child.channel.push(ChannelMessage(text: "echo")) }
        #expect(try await child.result().outcome == .exited(7))
    }

    @Test func `a child that is killed is named with the signal`() async throws {
        let child = try await child()
        kill(child.pid, SIGKILL)
        do {
            _ = try await child.channel.next()
            Issue.record("a message came")
        } catch let error as ChannelError { #expect(error.message.contains("SIGKILL"), "\(error)") }
    }

    @Test func `a refusal reaches the caller with its text`() async throws {
        let child = try await child()
        do {
            _ = try await child.channel.call(ChannelMessage(text: "refuse"), within: .seconds(60))
            Issue.record("an answer came")
        } catch let error as ChannelError {
            #expect(error.code == .refused && error.message.contains("not today"), "\(error)")
        }
        _ = try await child.end()
    }

    @Test func `a message beyond the limit is refused where it is sent, and the channel goes on`() async throws {
        let child = try await child(limit: 100_000)
        let long = ChannelMessage(text: "echo", payload: [UInt8](repeating: 1, count: 200_000))
        do {
            _ = try await child.channel.call(long, within: .seconds(60))
            Issue.record("it was sent")
        } catch let error as ChannelError { #expect(error.code == .tooLong, "\(error)") }
        #expect(try await child.channel.call(ChannelMessage(text: "echo"), within: .seconds(60)).text == "echo")
        _ = try await child.end()
    }

    @Test func `who does not take messages slows the other side down, and loses none`() async throws {
        let child = try await child()
        // 20 MB, where a megabyte at most is on its way: the child waits for us.
        let payload = [UInt8](repeating: 9, count: 100_000)
        try await child.channel.push(ChannelMessage(text: "push back", number: 200, payload: payload))
        for number in 0..<200 {
            let message = try #require(try await child.channel.next())
            #expect(message.content.number == number && message.content.payload.count == payload.count)
        }
        _ = try await child.end()
    }

    @Test func `a channel without a parent says how to get one`() {
        do {
            _ = try MessageChannel<ChannelMessage, ChannelMessage>.toParent()
            Issue.record("there is one")
        } catch { #expect("\(error)".contains("ChildProcess.connect")) }
    }

    @Test func `a child is ended with what connects to it`() async throws {
        var child: Child? = try await child()
        let handle = try ProcessHandle.open(pid: try #require(child).pid)
        child = nil
        #expect(handle.waitForExit(until: MonotonicTime.now() + .seconds(30)))
    }
}
