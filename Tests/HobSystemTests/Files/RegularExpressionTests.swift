import HobSystem
import Testing

@Suite(.blocking) struct RegularExpressionTests {
    @Test func `extended syntax matches text and bytes`() throws {
        let expression = try RegularExpression("^(listening|ready) on [0-9]+$")
        #expect(expression.matches("ready on 8080"))
        #expect(!expression.matches("not ready on 8080"))
        let bytes = Array("xxready on 80yy".utf8)
        bytes.withUnsafeBytes { buffer in
            #expect(expression.matches(UnsafeRawBufferPointer(rebasing: buffer[2..<13])))
            #expect(!expression.matches(buffer))
        }
        #expect(try RegularExpression("^$").matches(""))
    }

    @Test(arguments: ["(", "[a", "a{2", "*"])
    func `a bad pattern is refused with the reason`(pattern: String) {
        let error = #expect(throws: SystemError.self) { try RegularExpression(pattern) }
        #expect(error?.message.contains("\"\(pattern)\" is not an extended regular expression: ") == true)
    }
}
