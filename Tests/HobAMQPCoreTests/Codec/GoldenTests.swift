import HobAMQPCore
import HobSystem
import Testing

/// Conversations of clients and a broker that nobody here wrote, read and written again byte for byte.
@Suite struct GoldenTests {
    private static let clean = [
        "pika-blocked", "pika-consume", "pika-errors", "pika-publish", "pika-topology", "rabbitmq-c",
    ]

    private struct Line {
        var isFromServer: Bool
        var bytes: [UInt8]
        var remark: String
    }

    private static func lines(_ name: String) throws -> [Line] {
        let root = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let file = try Descriptor.open("/\(root)/Golden/\(name).txt", flags: [.readOnly])
        let text = String(decoding: try file.readAll(limit: 1 << 24), as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            guard let direction = line.first, direction == "<" || direction == ">" else { return nil }
            let parts = line.dropFirst(2).split(separator: "#", maxSplits: 1)
            guard let hex = parts.first else { return nil }
            return Line(
                isFromServer: direction == "<", bytes: Wire.hex(String(hex)),
                remark: parts.count > 1 ? parts[1].trimmed : "")
        }
    }

    @Test(arguments: clean)
    func `every frame is read, and written again it is the same`(name: String) throws {
        let lines = try Self.lines(name)
        #expect(lines.count > 10)
        // The content under way in each direction on each channel: the method, and what was said so far.
        struct Place: Hashable {
            var isFromServer: Bool
            var channel: UInt16
        }
        var contents: [Place: (assembly: ContentAssembly, bytes: [UInt8])] = [:]
        for line in lines where !line.bytes.starts(with: Array("AMQP".utf8)) {
            let piece = try #require(try Wire.pieces(line.bytes).first, "\(name): \(line.remark)")
            #expect(piece.frame.length == line.bytes.count)
            let place = Place(isFromServer: line.isFromServer, channel: piece.frame.channel)
            switch piece.frame.kind {
            case .heartbeat: #expect(line.bytes.count == 8)
            case .method:
                let method = try Wire.method(piece.payload)
                #expect(line.remark.contains(method.name), "\(name): \(line.remark) is \(method.name)")
                #expect(method.isFromServer || !line.isFromServer, "\(name): \(line.remark)")
                #expect(try Wire.bytes(method, channel: piece.frame.channel) == line.bytes, "\(name): \(line.remark)")
                guard method.hasContent else { continue }
                var assembly = ContentAssembly(limit: 1 << 24)
                try assembly.begin(method)
                contents[place] = (assembly, line.bytes)
            case .header, .body:
                var (assembly, bytes) = try #require(contents[place], "\(name): \(line.remark)")
                bytes += line.bytes
                let content = try piece.payload.withUnsafeBytes {
                    piece.frame.kind == .header ? try assembly.header($0) : try assembly.body($0)
                }
                contents[place] = content == nil ? (assembly, bytes) : nil
                guard let content else { continue }
                var writer = ByteWriter()
                try writer.contentFrames(
                    content.method, properties: content.properties, body: content.body, channel: place.channel,
                    frameMax: 4_096)
                #expect(writer.bytes == bytes, "\(name): content of \(content.method.name), \(line.remark)")
            }
        }
        #expect(contents.isEmpty, "\(name): contents that were never complete")
    }

    @Test func `what the broker answers to broken bytes is understood`() throws {
        var codes: Set<UInt16> = []
        for line in try Self.lines("broken") where line.isFromServer {
            if line.bytes.starts(with: Array("AMQP".utf8)) {
                var decoder = FrameDecoder()
                let found = try line.bytes.withUnsafeBytes { try decoder.next(in: $0) }
                #expect(found == .version(major: 0, minor: 9, revision: 1))
                continue
            }
            guard let piece = try Wire.pieces(line.bytes).first, piece.frame.kind == .method else { continue }
            if case .connection(.close(let code, _, _, _)) = try Wire.method(piece.payload) { codes.insert(code) }
        }
        #expect(codes.isSuperset(of: [501, 504, 505, 540]), "\(codes)")
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while text.first == " " { text.removeFirst() }
        return String(text)
    }
}
