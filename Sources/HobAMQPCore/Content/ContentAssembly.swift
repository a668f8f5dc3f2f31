/// Puts the message behind a method together: method → header → bodies, until the announced size is there.
///
///     idle ──method──→ header ──header──→ body ──body…──→ idle (complete)
///                        └──── header of size 0 ────────→ idle (complete)
package struct ContentAssembly: Sendable {
    /// A message as it arrived.
    package struct Content: Hashable, Sendable {
        /// The method that brought it.
        package var method: Method
        /// What it says about itself.
        package var properties: AMQPProperties
        /// Its body.
        package var body: [UInt8]

        /// A message.
        package init(method: Method, properties: AMQPProperties, body: [UInt8]) {
            self.method = method
            self.properties = properties
            self.body = body
        }
    }

    private enum State: Sendable {
        case idle
        case header(Method)
        case body(Method, AMQPProperties, [UInt8], size: Int)
    }

    private var state = State.idle
    /// Larger bodies are refused, so that a length on the wire is not memory given away.
    private let limit: UInt64

    /// An assembly that waits for a method.
    ///
    /// - Parameter limit: bytes of the largest body.
    package init(limit: Int) {
        self.limit = UInt64(max(0, limit))
    }

    /// Whether a content is under way, so that no method may come.
    package var isBusy: Bool {
        switch state {
        case .idle: false
        case .header, .body: true
        }
    }

    /// Takes a method that carries a content.
    package mutating func begin(_ method: Method) throws(AMQPProtocolError) {
        try expectMethod(method.name)
        state = .header(method)
    }

    /// Complains when a method may not come now, because the content of another is under way.
    package func expectMethod(_ name: @autoclosure () -> String) throws(AMQPProtocolError) {
        guard isBusy else { return }
        throw AMQPProtocolError(.unexpectedFrame, "\(name()) amid the content of another method")
    }

    /// Takes a header frame.
    ///
    /// - Returns: the message, when it has no body.
    package mutating func header(_ payload: UnsafeRawBufferPointer) throws(AMQPProtocolError) -> Content? {
        guard case .header(let method) = state else {
            throw AMQPProtocolError(.unexpectedFrame, "a content header where none may come")
        }
        let header = try ContentHeader(payload: payload)
        guard header.bodySize > 0 else {
            state = .idle
            return Content(method: method, properties: header.properties, body: [])
        }
        guard header.bodySize <= limit else {
            throw AMQPProtocolError(
                .resourceError, "a message of \(header.bodySize) bytes, where \(limit) are the limit")
        }
        state = .body(method, header.properties, [], size: Int(header.bodySize))
        return nil
    }

    /// Takes a body frame, of which the bytes are copied once, into the message.
    ///
    /// - Returns: the message, when this was its last piece.
    package mutating func body(_ payload: UnsafeRawBufferPointer) throws(AMQPProtocolError) -> Content? {
        guard case .body(let method, let properties, var body, let size) = state else {
            throw AMQPProtocolError(.unexpectedFrame, "a content body where none may come")
        }
        guard payload.count <= size - body.count else {
            throw AMQPProtocolError(
                .frameError,
                "the body of a message has \(body.count + payload.count) bytes where \(size) were announced")
        }
        // The array must have one owner while it grows.
        state = .idle
        if body.isEmpty {
            // What was announced is reserved as it comes, up to a megabyte ahead.
            if payload.count < size { body.reserveCapacity(min(size, max(1 << 20, payload.count))) }
        }
        body.append(contentsOf: payload)
        guard body.count == size else {
            state = .body(method, properties, body, size: size)
            return nil
        }
        return Content(method: method, properties: properties, body: body)
    }
}
