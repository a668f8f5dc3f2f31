import Testing

@testable import HobAMQPCore

@Suite struct FittedHeadersTests {
    private func length(_ properties: AMQPProperties) throws -> Int {
        var writer = ByteWriter()
        try writer.contentFrames(
            .basic(.publish(exchange: "", routingKey: "q.parked", mandatory: true, immediate: false)),
            properties: properties, body: [], channel: 1, frameMax: .max)
        return writer.count
    }

    private func properties(_ sizes: (String, Int)...) -> AMQPProperties {
        var properties = AMQPProperties()
        properties.headers = AMQPTable(sizes.map { ($0.0, .string(String(repeating: "x", count: $0.1))) })
        return RetryHeaders(queue: "q").failed(
            properties, exchange: "e", routingKey: "k", attempt: 3, reason: "", now: 1)
    }

    @Test func `the largest headers of the client go, until the rest fits`() throws {
        let fitted = FittedHeaders(
            properties(("small", 10), ("large", 3_000), ("larger", 3_500), ("medium", 900)), reason: "because",
            frameMax: 4_096)
        #expect(fitted.dropped == ["larger", "large"])
        let headers = try #require(fitted.properties.headers)
        #expect(headers["small"] != nil && headers["medium"] != nil && headers["large"] == nil)
        #expect(headers["x-hob-attempts"] == 3 && headers["x-hob-queue"] == "q" && headers["x-hob-exchange"] == "e")
        let reason = try #require(headers["x-hob-reason"]?.string)
        #expect(reason.contains("larger, large") && reason.hasSuffix("because"))
        #expect(try length(fitted.properties) <= 4_096)
    }

    @Test func `many small ones are left out as well, and named in part`() throws {
        var many = AMQPProperties()
        many.headers = AMQPTable((0..<20_000).map { ("n\($0)", 1) })
        let fitted = FittedHeaders(many, reason: String(repeating: "long ", count: 10_000), frameMax: 4_096)
        #expect(fitted.dropped.count > 19_000)
        #expect(try length(fitted.properties) <= 4_096)
        #expect(fitted.properties.headers?["x-hob-reason"]?.string?.contains("more") == true)
    }

    @Test func `a header that only claims to be ours goes too`() throws {
        let fitted = FittedHeaders(properties(("x-hob-user-id", 5_000), ("mine", 10)), reason: "", frameMax: 4_096)
        #expect(fitted.dropped == ["mine", "x-hob-user-id"])
    }
}
