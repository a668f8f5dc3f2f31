import HobAMQPCore

/// The frames behind a method that carries a message: the first bytes are the header, pieces of the rest are bodies.
enum AMQPContentBytes {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        let limit = 1 << 16
        var assembly = ContentAssembly(limit: limit)
        guard (try? assembly.begin(.basic(.deliver()))) != nil else { throw FuzzFinding("a method is refused") }
        let split = min(bytes.count, Int(bytes.first ?? 0))
        let header = Array(bytes[..<split].dropFirst())
        var isDone = false
        do {
            isDone = try header.withUnsafeBytes { try assembly.header($0) } != nil
            var rest = bytes[split...]
            while !isDone, !rest.isEmpty {
                let piece = Array(rest.prefix(37))
                rest = rest.dropFirst(37)
                guard let content = try piece.withUnsafeBytes({ try assembly.body($0) }) else { continue }
                isDone = true
                try promise(content.body.count <= limit, "a body of \(content.body.count) bytes")
            }
        } catch let finding as FuzzFinding {
            throw finding
        } catch {
            return
        }
        try promise(assembly.isBusy != isDone, "an assembly is neither done nor under way")
    }
}
