import HobProtocol

/// What a supervisor, or what listens in its place, may send to `hob`.
enum ReplyBytes {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        for line in bytes.split(separator: 0x0A) {
            guard let value = try? JSONReader.read(Array(line)) else { continue }
            if let reply = try? Reply(json: value) {
                try promise((try? Reply(json: reply.json)) == reply, "\(reply) changes when it is sent on")
            }
            if let greeting = try? Greeting(json: value) {
                try promise((try? Greeting(json: greeting.json)) == greeting, "\(greeting) changes when it is sent on")
            }
        }
    }
}
