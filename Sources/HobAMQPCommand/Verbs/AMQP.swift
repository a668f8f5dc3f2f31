#if AMQP
import ArgumentParser

/// `hob amqp`
struct AMQP: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "amqp",
        abstract: "Look after the messages that a consumer has given up (QUEUE.parked).",
        discussion: """
            The broker is named by AMQP_URL, or by --url: amqp://USER:PASSWORD@HOST:PORT/VHOST. Everybody on this \
            machine can read a command line, so a password is better kept in AMQP_URL.

            Example:
              $ export AMQP_URL=amqp://orders:secret@rabbit1/shop
              $ hob amqp parked orders
              $ hob amqp redrive orders --limit 1
              $ hob amqp redrive orders

            Exit codes: 0 done; 1 failed; 2 timed out; 64 usage; 69 no broker answers; 77 not permitted; \
            78 bad AMQP_URL; 129, 130 and 143 interrupted.
            """,
        subcommands: [Parked.self, Redrive.self, Discard.self])
}
#endif
