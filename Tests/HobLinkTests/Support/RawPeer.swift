import HobLink
import HobSystem

/// Somebody who connects to a link's socket and sends what he likes.
struct RawPeer {
    private let socket: Descriptor
    private static let patience: Duration = .seconds(30)

    init(_ path: String) throws {
        socket = try UnixSocket.connect(path: path)
    }

    func send(_ bytes: [UInt8]) throws {
        // The other side may have closed already: that is for the reading to tell.
        do {
            try socket.writeAll(bytes)
        } catch {
            guard error.name == "EPIPE" || error.name == "ECONNRESET" else { throw error }
        }
    }

    func send(_ frames: Frame...) throws {
        var bytes: [UInt8] = []
        for frame in frames { FrameWriter.append(frame, to: &bytes) }
        try send(bytes)
    }

    /// The next frame; nil at the end of the stream.
    func next(_ decoder: inout FrameDecoder) throws -> FrameDecoder.Finding? {
        let deadline = MonotonicTime.now() + Self.patience
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            if let finding = decoder.next() { return finding }
            guard socket.waitReadable(until: deadline) else {
                throw SystemError(code: 0, message: "nothing came within \(Self.patience)")
            }
            let count = read(into: &chunk)
            if count == 0 { return nil }
            chunk.withUnsafeBytes { decoder.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// A connection that was cut off has ended as well.
    private func read(into chunk: inout [UInt8]) -> Int {
        chunk.withUnsafeMutableBytes { buffer in
            do throws(SystemError) { return try socket.read(into: buffer) ?? 0 } catch { return 0 }
        }
    }

    /// Every frame until the end of the stream.
    func all() throws -> [FrameDecoder.Finding] {
        var decoder = FrameDecoder(limit: 1 << 20)
        var findings: [FrameDecoder.Finding] = []
        while let finding = try next(&decoder) { findings.append(finding) }
        return findings
    }

    func close() { socket.close() }
}

extension [FrameDecoder.Finding] {
    /// The words of the refusals among them.
    var refusals: [String] {
        compactMap { if case .frame(.refusal(let text)) = $0 { text } else { nil } }
    }
}
