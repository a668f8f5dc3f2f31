import CHobSystem
import Glibc
import Synchronization

/// Hands messages of one type to a handler on an ``EventLoop``'s thread, from any thread.
///
/// The handler stays on the loop's side, so it may use what only that thread may touch.
package final class Inbox<Message: Sendable>: Sendable {
    private let descriptor: Descriptor
    private let messages = Mutex<[Message]>([])

    fileprivate init() throws(SystemError) {
        descriptor = try Descriptor.eventCounter()
    }

    /// Queues a message.
    package func post(_ message: Message) {
        let isFirst = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        guard isFirst else { return }
        var one: UInt64 = 1
        _ = write(descriptor.raw, &one, 8)
    }

    fileprivate var eventDescriptor: Int32 { descriptor.raw }

    fileprivate func take() -> [Message] {
        var count: UInt64 = 0
        _ = read(descriptor.raw, &count, 8)
        return messages.withLock { messages in
            defer { messages = [] }
            return messages
        }
    }
}

extension EventLoop {
    /// An inbox whose messages go to the handler, in order, on this loop's thread.
    package func inbox<Message: Sendable>(
        of type: Message.Type = Message.self, handler: @escaping (Message) -> Void
    ) throws(SystemError) -> Inbox<Message> {
        let inbox = try Inbox<Message>()
        try watch(inbox.eventDescriptor, events: .read) { _ in
            for message in inbox.take() { handler(message) }
        }
        return inbox
    }
}
