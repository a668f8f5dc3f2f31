import HobProtocol
import HobSupervisorCore

/// What a client may send to the control socket.
enum ControlBytes {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        // A bound that small inputs reach.
        let limit = 512
        var whole = LineFramer(limit: limit)
        let frames = whole.receive(bytes)
        try checkPieces(bytes, limit, frames)
        var definitions: [JSONValue] = []
        for case .line(let line) in frames {
            try promise(line.count <= limit, "a line of \(line.count) bytes passed a bound of \(limit)")
            guard let value = try? JSONReader.read(line) else { continue }
            try checkRoundTrip(value)
            definitions.append(value)
            if let request = try? Request(json: value) {
                try promise((try? Request(json: request.json)) == request, "\(request) changes when it is sent on")
            }
        }
        if let set = try? AppliedSet(lines: definitions) {
            try promise((try? AppliedSet(lines: set.lines)) == set, "an applied set changes when it is stored")
        }
    }

    /// How the bytes were cut on their way must not matter.
    private static func checkPieces(
        _ bytes: [UInt8], _ limit: Int, _ frames: [LineFramer.Frame]
    ) throws(FuzzFinding) {
        let size = 1 + Int(bytes.first ?? 0) % 7
        var framer = LineFramer(limit: limit)
        var pieced: [LineFramer.Frame] = []
        var start = 0
        while start < bytes.count {
            let end = min(start + size, bytes.count)
            pieced += framer.receive(bytes[start..<end])
            start = end
        }
        try promise(pieced == frames, "pieces of \(size) bytes give other lines than the whole")
    }

    /// What was read is written so that it reads the same.
    static func checkRoundTrip(_ value: JSONValue) throws(FuzzFinding) {
        let written = JSONWriter.line(of: value)
        try promise(written.last == 0x0A && !written.dropLast().contains(0x0A), "a value is not one line")
        // Escapes make a text longer than what it was read from.
        let limits = JSONReader.Limits(bytes: 8 << 20)
        try promise(
            (try? JSONReader.read(Array(written.dropLast()), limits: limits)) == value,
            "a value reads back as another: \(value)")
    }
}
