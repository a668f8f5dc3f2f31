import HobAMQPCore
import Testing

@Suite struct ContentAssemblyTests {
    private static let deliver = Method.basic(.deliver(consumerTag: "c", deliveryTag: 1))

    private static func header(_ size: UInt64) throws -> [UInt8] {
        [0, 60, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: size >> (56 - 8 * $0)) } + [0, 0]
    }

    private static func code(_ work: () throws -> Void) -> AMQPReplyCode? {
        do {
            try work()
            return nil
        } catch {
            return (error as? AMQPProtocolError)?.code
        }
    }

    @Test func `an empty body is complete with its header`() throws {
        var assembly = ContentAssembly(limit: 100)
        try assembly.begin(Self.deliver)
        #expect(assembly.isBusy)
        let content = try Self.header(0).withUnsafeBytes { try assembly.header($0) }
        #expect(content == .init(method: Self.deliver, properties: AMQPProperties(), body: []))
        #expect(!assembly.isBusy)
    }

    @Test func `pieces make a body, and an empty piece does no harm`() throws {
        var assembly = ContentAssembly(limit: 100)
        try assembly.begin(Self.deliver)
        #expect(try Self.header(3).withUnsafeBytes { try assembly.header($0) } == nil)
        for piece in [[1], [], [2]] as [[UInt8]] {
            #expect(try piece.withUnsafeBytes { try assembly.body($0) } == nil)
        }
        #expect(try [UInt8(3)].withUnsafeBytes { try assembly.body($0) }?.body == [1, 2, 3])
    }

    @Test func `frames that may not come now are unexpected, sizes that differ a frame error`() throws {
        var idle = ContentAssembly(limit: 100)
        #expect(Self.code { _ = try Self.header(1).withUnsafeBytes { try idle.header($0) } } == .unexpectedFrame)
        #expect(Self.code { _ = try [UInt8(1)].withUnsafeBytes { try idle.body($0) } } == .unexpectedFrame)
        var begun = ContentAssembly(limit: 100)
        try begun.begin(Self.deliver)
        #expect(Self.code { try begun.begin(Self.deliver) } == .unexpectedFrame)
        #expect(Self.code { try begun.expectMethod("queue.declare-ok") } == .unexpectedFrame)
        #expect(Self.code { _ = try [UInt8(1)].withUnsafeBytes { try begun.body($0) } } == .unexpectedFrame)
        _ = try Self.header(2).withUnsafeBytes { try begun.header($0) }
        #expect(
            Self.code { _ = try [1, 2, 3].map { UInt8($0) }.withUnsafeBytes { try begun.body($0) } } == .frameError)
    }

    @Test func `a size on the wire is not memory given away`() throws {
        var assembly = ContentAssembly(limit: 100)
        try assembly.begin(Self.deliver)
        #expect(Self.code { _ = try Self.header(101).withUnsafeBytes { try assembly.header($0) } } == .resourceError)
        var another = ContentAssembly(limit: .max)
        try another.begin(Self.deliver)
        #expect(Self.code { _ = try Self.header(.max).withUnsafeBytes { try another.header($0) } } == .resourceError)
        var class10: [UInt8] = try Self.header(1)
        class10[1] = 10
        var third = ContentAssembly(limit: 100)
        try third.begin(Self.deliver)
        #expect(Self.code { _ = try class10.withUnsafeBytes { try third.header($0) } } == .syntaxError)
        var flags = try Self.header(1)
        flags[13] = 1
        var fourth = ContentAssembly(limit: 100)
        try fourth.begin(Self.deliver)
        #expect(Self.code { _ = try flags.withUnsafeBytes { try fourth.header($0) } } == .syntaxError)
    }
}
