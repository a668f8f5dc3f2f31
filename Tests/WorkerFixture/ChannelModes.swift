import Glibc
import HobWorkers

/// What the two sides of the fixture's channel say.
struct ChannelMessage: Codable, Sendable, Equatable {
    var text: String
    var number: Int
    var payload: [UInt8]
}

/// A child on the other side of a channel.
enum ChannelModes {
    static func run(_ words: [String]) async throws {
        let parent = try MessageChannel<ChannelMessage, ChannelMessage>.toParent()
        try await parent.push(ChannelMessage(text: "hello", number: Int(getpid()), payload: []))
        while let message = try await parent.next() {
            let content = message.content
            switch content.text {
            case "echo": try await message.answer(content)
            case "push back":
                for number in 0..<content.number {
                    try await parent.push(.init(text: "pushed", number: number, payload: content.payload))
                }
            case "ask back":
                let answer = try await parent.call(
                    .init(text: "question", number: 7, payload: []), within: .seconds(20))
                try await message.answer(answer)
            case "refuse": message.refuse(Refusal(reason: "not today"))
            case "ignore": break
            case "die": exit(Int32(content.number))
            default: message.refuse(Refusal(reason: "unknown"))
            }
        }
    }
}
