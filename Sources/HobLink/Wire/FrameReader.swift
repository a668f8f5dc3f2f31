/// Reads one frame whose bytes are all there.
struct FrameReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func frame() throws(FrameFault) -> Frame {
        let byte: UInt8 = try number()
        let id: UInt64 = try number()
        guard let kind = FrameKind(rawValue: byte) else { throw FrameFault("a frame is of the unknown kind \(byte)") }
        let frame: Frame
        switch kind {
        case .hello:
            guard try take(FrameWriter.magic.count).elementsEqual(FrameWriter.magic) else {
                throw FrameFault("the greeting is not that of a link")
            }
            let version: UInt16 = try number()
            let pid: UInt32 = try number()
            frame = .hello(Frame.Hello(version: version, interface: try short(), name: try short(), pid: pid))
            // A later version may say more.
            if version != Frame.Hello.currentVersion { return frame }
        case .refusal: frame = .refusal(try text(rest))
        case .call: frame = .call(id: id, try call())
        case .reply: frame = .reply(id: id, try reply())
        case .cancel: frame = .cancel(id: id)
        case .goodbye: frame = .goodbye
        }
        guard rest == 0 else { throw FrameFault("\(rest) bytes follow the end of a frame (\(kind))") }
        return frame
    }

    private mutating func call() throws(FrameFault) -> Frame.Call {
        let budget: UInt64 = try number()
        let actor = try short()
        let target = try short()
        let count: UInt16 = try number()
        // Each has at least its length.
        guard Int(count) * 4 <= rest else { throw FrameFault("a call says it has \(count) arguments") }
        var arguments: [[UInt8]] = []
        arguments.reserveCapacity(Int(count))
        for _ in 0..<count {
            let length: UInt32 = try number()
            arguments.append(Array(try take(Int(length))))
        }
        return Frame.Call(budget: budget, actor: actor, target: target, arguments: arguments)
    }

    private mutating func reply() throws(FrameFault) -> Frame.Reply {
        let byte: UInt8 = try number()
        guard let status = ReplyStatus(rawValue: byte) else {
            throw FrameFault("a reply is of the unknown kind \(byte)")
        }
        switch status {
        case .value: return .value(Array(try take(rest)))
        case .nothing: return .nothing
        case .thrown:
            let type = try short()
            let length: UInt32 = try number()
            return .thrown(type: type, text: try text(Int(length)), error: Array(try take(rest)))
        case .refused:
            let code: UInt8 = try number()
            guard let refusal = Frame.Refusal(rawValue: code) else {
                throw FrameFault("a call is refused for the unknown reason \(code)")
            }
            return .refused(refusal, try text(rest))
        }
    }

    // MARK: Parts

    private var rest: Int { bytes.count - offset }

    private mutating func take(_ count: Int) throws(FrameFault) -> UnsafeRawBufferPointer {
        guard count <= rest else { throw FrameFault("a frame ends \(count - rest) bytes too early") }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    private mutating func number<Value: FixedWidthInteger>() throws(FrameFault) -> Value {
        try take(Value.bitWidth / 8).reduce(0) { $0 << 8 | Value($1) }
    }

    private mutating func text(_ count: Int) throws(FrameFault) -> String {
        guard let text = String(validating: try take(count), as: UTF8.self) else {
            throw FrameFault("a text is not UTF-8")
        }
        return text
    }

    private mutating func short() throws(FrameFault) -> String {
        let length: UInt16 = try number()
        return try text(Int(length))
    }
}

/// Why some bytes are no frame.
struct FrameFault: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
