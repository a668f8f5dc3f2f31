public import HobAMQP

/// Where requests and answers wait: what both daemons, and programs in other languages, agree on.
public enum DirectoryQueues {
    /// Requests: `path,seconds`. The answer goes to `reply_to`, or else to ``responses``, with the same
    /// `correlation_id`.
    public static let requests = "dir_request"
    /// Answers: names, one a line, or `error: …`.
    public static let responses = "dir_response"

    /// Declares both queues; whoever comes first makes them.
    public static func declare(on channel: AMQPChannel) async throws {
        try await channel.declareQueue(requests)
        try await channel.declareQueue(responses)
    }
}
