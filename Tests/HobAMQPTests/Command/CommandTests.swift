import BrokerKit
import HobAMQP
import HobSystem
import Testing

/// `hob amqp` as it was built, against a real broker.
@Suite(.ownThread) struct CommandTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    private func run(_ words: String...) throws -> CommandRun.Result { try CommandRun(words, url: host.url).finish() }

    private func with(
        _ texts: [String], _ body: (AMQPConnection, AMQPChannel) async throws -> Void
    ) async throws {
        try await AMQPConnection.withConnection(to: AMQPURL(host.url)) { connection in
            let channel = try await connection.openChannel()
            try await channel.declareQueue("work")
            try await channel.declareQueue("work.parked")
            let publisher = channel.publisher()
            for text in texts {
                var message = AMQPMessage(text)
                message.properties.messageID = "id-\(text)"
                message.properties.headers = ["x-hob-attempts": 8, "x-hob-reason": "NoMoney()"]
                try await publisher.publish(message, to: "work.parked")
            }
            try await publisher.drain()
            try await body(connection, channel)
        }
    }

    private func drain(_ queue: String, _ channel: AMQPChannel) async throws -> [String] {
        var texts: [String] = []
        while let delivery = try await channel.get(queue, noAck: true) { texts.append(delivery.text) }
        return texts
    }

    @Test func `what is parked is shown and stays`() async throws {
        try await with(["a", "b", "c"]) { connection, channel in
            let shown = try run("parked", "work", "-n", "2")
            #expect(
                shown
                    == .init(
                        code: 0,
                        output: """
                            3 messages are parked in work.parked
                            id-a  8 attempts, 1B
                              reason  NoMoney()
                              body    a
                            id-b  8 attempts, 1B
                              reason  NoMoney()
                              body    b
                            and 1 more: --limit 3 shows them

                            """, errors: ""))
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 3 }
            let json = try run("parked", "work", "--json")
            #expect(json.output.hasPrefix(#"{"queue":"work","parked":3,"messages":[{"messageID":"id-a","attempts":8"#))
            try await eventually { try await channel.queueStatus("work.parked").messageCount == 3 }
            #expect(try await drain("work.parked", channel) == ["a", "b", "c"])
        }
    }

    @Test func `row 18: what is put back is in the queue, the rest stays`() async throws {
        try await with(["a", "b", "c", "d"]) { connection, channel in
            #expect(try run("redrive", "work", "-n").output == "4 messages would be put back; 0 would stay parked\n")
            #expect(
                try run("redrive", "work", "--id", "id-c")
                    == .init(code: 0, output: "1 message put back; 3 left parked\n", errors: ""))
            let missing = try run("redrive", "work", "--id", "id-b", "--id", "id-x")
            #expect(missing.code == 1 && missing.output == "1 message put back; 2 left parked\n")
            #expect(missing.errors == "hob: no message parked in work.parked has the id 'id-x'\n")
            let json = try run("redrive", "work", "--limit", "1", "--json")
            #expect(json.output == #"{"queue":"work","redriven":1,"left":1,"dryRun":false}"# + "\n")
            #expect(try run("redrive", "work", "--quiet") == .init(code: 0, output: "", errors: ""))
            #expect(try await drain("work", channel) == ["c", "b", "a", "d"])
        }
    }

    @Test func `what is thrown away is asked for, and gone`() async throws {
        try await with(["a", "b", "c"]) { connection, channel in
            let refused = try run("discard", "work", "--all")
            #expect(refused.code == 64 && refused.errors.contains("say --yes"))
            #expect(try run("discard", "work", "--id", "id-b", "-n").output.hasPrefix("1 message would be thrown away"))
            #expect(
                try run("discard", "work", "--id", "id-b", "--yes").output == "1 message thrown away; 2 left parked\n")
            #expect(try run("discard", "work", "--all", "--yes").output == "2 messages thrown away; 0 left parked\n")
            #expect(try await channel.queueStatus("work.parked").messageCount == 0)
            #expect(try run("parked", "work").output == "nothing is parked in work.parked\n")
        }
    }

    @Test(arguments: [SignalNumber.interrupt, .kill])
    func `row 18: interrupted at any moment, none is lost`(signal: SignalNumber) async throws {
        let texts = (0..<1_500).map { "\($0)" }
        try await with(texts) { connection, channel in
            let command = try CommandRun(["redrive", "work"], url: host.url)
            try await eventually { try await channel.queueStatus("work").messageCount > 20 }
            try command.signal(signal)
            let result = try command.finish()
            if signal == .interrupt {
                #expect(result.code == 130)
                #expect(
                    result.errors.hasPrefix("hob: interrupted; ") && result.errors.hasSuffix("the rest stays parked\n"))
            } else {
                #expect(result.code == -9)
            }
            // The broker has heard of the end.
            try await eventually {
                let counts =
                    try await channel.queueStatus("work").messageCount
                    + channel.queueStatus("work.parked").messageCount
                return counts >= 1_500
            }
            let done = try await drain("work", channel)
            let left = try await drain("work.parked", channel)
            #expect(Set(done + left) == Set(texts) && !left.isEmpty)
            // Only a kill may leave the last ones twice.
            if signal == .interrupt { #expect(done.count + left.count == 1_500) }
            #expect(done == Array(texts.prefix(done.count)))
            #expect(left == Array(texts.suffix(left.count)))
        }
    }

    @Test func `a queue that is not there`() throws {
        let none = try run("parked", "wrok")
        #expect(none.code == 1)
        #expect(none.errors.hasPrefix("hob: there is no queue 'wrok.parked': "), "\(none.errors)")
        #expect(none.errors.contains("virtual host '\(host.name)'"))
    }

    @Test func `no broker, a wrong password, a wrong virtual host`() throws {
        let dead = try CommandRun(["parked", "work"], url: "amqp://u:secret@127.0.0.1:1").finish()
        #expect(
            dead.code == 69 && dead.errors.hasPrefix("hob: no broker answers at 127.0.0.1:1: start it, or"), "\(dead)")
        let base = host.broker.base
        let password = try CommandRun(
            ["parked", "work"],
            url: base.split(separator: "guest:guest").joined(separator: "guest:secret") + "/\(host.name)"
        ).finish()
        #expect(password.code == 77 && password.errors.contains("the password in AMQP_URL"), "\(password)")
        let place = try CommandRun(["parked", "work"], url: "\(base)/not-there").finish()
        #expect(place.code == 77 && place.errors.contains("virtual host 'not-there'"), "\(place)")
        for result in [dead, password, place] { #expect(!result.errors.contains("secret") && result.output.isEmpty) }
    }

    @Test func `usage errors say what would be right, and no password`() throws {
        let verb = try run("redirve", "work")
        #expect(
            verb
                == .init(
                    code: 64, output: "",
                    errors: "hob: there is no verb 'amqp redirve': did you mean 'hob amqp redrive'?\n"))
        #expect(try run("purge", "work").errors.contains("did you mean 'hob amqp discard'?"))
        let extra = try run("parked", "work", "amqp://u:secret@h")
        #expect(extra.code == 64 && !extra.errors.contains("secret") && extra.errors.contains("u:***@h"))
        let bad = try CommandRun(["parked", "work"], url: "amqp://u:secret@h:port").finish()
        #expect(bad.code == 78 && bad.errors.hasPrefix("hob: AMQP_URL: ") && !bad.errors.contains("secret"))
    }

    @Test(arguments: [["--help"], ["parked", "--help"], ["redrive", "--help"], ["discard", "--help"]])
    func `help has an example`(words: [String]) throws {
        let help = try CommandRun(words, url: nil).finish()
        #expect(help.code == 0 && help.errors.isEmpty)
        #expect(help.output.contains("Example:\n") && help.output.contains("  $ hob amqp "))
        #expect(help.output.contains("hob amqp \(words.count > 1 ? words[0] : "<subcommand>")"))
    }
}
