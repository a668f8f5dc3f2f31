import HobSystem

/// Clients that ask without pause, each on its own thread.
final class EchoLoad: Sendable {
    struct Tally: Sendable {
        var answered = 0
        var unanswered = 0
        var refused = 0
        var failures: [String] = []
        var running = 0
        var isOver = false
    }

    private let tally = Monitor(Tally())

    init(_ address: String, clients: Int) throws {
        tally.withLock { $0.running = clients }
        for client in 0..<clients {
            try Thread.start(name: "load-\(client)") { [self] in
                var number = 0
                while !tally.withLock({ $0.isOver }) {
                    number += 1
                    let text = "\(client)-\(number)"
                    do {
                        let answer = try EchoClient.ask(text, at: address)
                        tally.withLock { tally in
                            if answer?.text == text { tally.answered += 1 } else { tally.unanswered += 1 }
                        }
                    } catch {
                        tally.withLock { tally in
                            tally.refused += 1
                            tally.failures.append("\(error)")
                        }
                    }
                }
                tally.withLock { $0.running -= 1 }
                tally.broadcast()
            }
        }
    }

    /// How many were answered so far.
    var answered: Int { tally.withLock { $0.answered } }

    /// Ends the load.
    func end() -> Tally {
        tally.withLock { $0.isOver = true }
        return tally.wait { $0.running == 0 ? $0 : nil }
    }
}
