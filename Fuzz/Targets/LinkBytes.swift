import HobLink

/// What the other side of a link may send.
enum LinkBytes {
    private static let limit = 4_096

    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        let whole = findings(bytes, in: max(1, bytes.count))
        try promise(whole == findings(bytes, in: 1), "byte by byte, other frames are found than at once")
        for case .frame(let frame) in whole {
            var written: [UInt8] = []
            FrameWriter.append(frame, to: &written)
            // A greeting of a later version may say more than we do.
            try promise(findings(written, in: written.count) == [.frame(frame)], "\(frame) changes when it is sent on")
        }
        if let last = whole.dropLast().first(where: { if case .malformed = $0 { true } else { false } }) {
            throw FuzzFinding("something is found behind \(last)")
        }
    }

    private static func findings(_ bytes: [UInt8], in size: Int) -> [FrameDecoder.Finding] {
        var decoder = FrameDecoder(limit: limit)
        var found: [FrameDecoder.Finding] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            bytes[start..<min(bytes.count, start + size)].withUnsafeBytes { decoder.append($0) }
            while let finding = decoder.next() { found.append(finding) }
        }
        return found
    }
}
