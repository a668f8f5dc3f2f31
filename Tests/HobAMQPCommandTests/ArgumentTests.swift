import ArgumentParser
import HobAMQP
import Testing

@testable import HobAMQPCommand

@Suite struct ArgumentTests {
    private func message(_ words: String...) -> String? {
        do {
            _ = try AMQPRoot.parseAsRoot(["amqp"] + words)
            return nil
        } catch { return AMQPRoot.fullMessage(for: error) }
    }

    @Test func `what is right is taken`() throws {
        #expect(message("parked", "q") == nil)
        #expect(message("parked", "q", "-n", "0", "--json", "--quiet", "--color", "never") == nil)
        #expect(message("redrive", "q", "--limit", "3", "--id", "a", "--id", "b", "--dry-run") == nil)
        #expect(message("discard", "q", "--all", "--yes", "--timeout", "5s") == nil)
        let redrive = try #require(try AMQPRoot.parseAsRoot(["amqp", "redrive", "q", "--id", "a"]) as? Redrive)
        #expect(redrive.id == ["a"] && redrive.broker.timeout.duration == .seconds(30))
    }

    @Test(
        "What is wrong is said, with what would be right",
        arguments: [
            (["parked"], "<queue>"), (["parked", "orders.parked"], "name the consumer's queue: 'orders'"),
            (["parked", "q", "-n", "-1"], "-n"), (["redrive", "q", "--limit", "0"], "1 or more"),
            (["discard", "q"], "--id ID, or --all"), (["discard", "q", "--all", "--id", "x"], "say one"),
            (["parked", "q", "--timeout", "5"], "timeout"), (["redrive", "q", "--dry"], "--dry-run"),
            (["parked", "amqp://u:p@h"], "--url or AMQP_URL"),
        ])
    func wrong(words: [String], hint: String) {
        do {
            _ = try AMQPRoot.parseAsRoot(["amqp"] + words)
            Issue.record("\(words) was taken")
        } catch {
            #expect(AMQPRoot.exitCode(for: error).rawValue == 64)
            let text = AMQPRoot.fullMessage(for: error)
            #expect(text.contains(hint), "\(text)")
        }
    }

    @Test func `options that stood before hob's verb count behind ours`() {
        func moved(_ words: String...) -> [String] { AMQPRoot.moveBehindVerb(words) }
        #expect(
            moved("amqp", "-q", "--color", "never", "parked", "x") == ["amqp", "parked", "-q", "--color", "never", "x"])
        #expect(moved("amqp", "--color=never", "--help") == ["amqp", "--help", "--color=never"])
        #expect(moved("amqp") == ["amqp"] && moved("--version") == ["--version"] && moved() == [])
    }

    @Test func `the broker is the option's, else the environment's, else this machine's`() throws {
        func options(_ words: String...) throws -> BrokerOptions { try BrokerOptions.parse(words) }
        #expect(try options("--url", "amqp://a").address("amqp://b").hosts == [AMQPHost("a")])
        #expect(try options().address("amqp://b").hosts == [AMQPHost("b")])
        #expect(try options().address("").hosts == [AMQPHost("localhost")])
        let wrong = try #require(throws: CommandFailure.self) {
            _ = try options("--url", "amqp://u:secret@h:x").address(nil)
        }
        #expect(wrong.exitStatus == 64 && !wrong.message.contains("secret") && wrong.message.hasPrefix("--url: "))
        let variable = try #require(throws: CommandFailure.self) { _ = try options().address("http://u:secret@h") }
        #expect(variable.exitStatus == 78 && !variable.message.contains("secret"))
    }

    @Test func `passwords are hidden in whatever is said`() {
        #expect(Secrets.hidden(in: "no 'amqp://u:p@ss@h:5672/v' here") == "no 'amqp://u:***@h:5672/v' here")
        #expect(Secrets.hidden(in: "amqps://u:p@h and amqp://v:q@i") == "amqps://u:***@h and amqp://v:***@i")
        #expect(Secrets.hidden(in: "amqp://host:5672/v@x") == "amqp://host:5672/v@x")
        #expect(Secrets.hidden(in: "a://") == "a://" && Secrets.hidden(in: "") == "")
    }
}
