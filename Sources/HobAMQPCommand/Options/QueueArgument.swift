#if AMQP
import ArgumentParser

/// The queue whose parked messages are meant.
struct QueueArgument: ParsableArguments {
    @Argument(help: "The consumer's queue; its parked messages lie in QUEUE.parked.")
    var queue: String

    func validate() throws {
        guard !queue.isEmpty else { throw ValidationError("the queue's name is missing") }
        guard !queue.contains("://") else {
            throw ValidationError("a queue's name is wanted here; the broker is named by --url or AMQP_URL")
        }
        if queue.hasSuffix(".parked") {
            throw ValidationError(
                "'\(queue)' is where the messages lie; name the consumer's queue: '\(queue.dropLast(7))'")
        }
    }
}
#endif
