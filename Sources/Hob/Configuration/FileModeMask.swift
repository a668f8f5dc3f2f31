/// The permission bits that files a daemon makes do not get: a umask, written as an octal number.
struct FileModeMask: ConfigurationValue, Hashable {
    /// The bits, 0 to 0o777.
    let bits: UInt32

    init(bits: UInt32) {
        self.bits = bits & 0o777
    }

    static var configurationExpectation: String { "an octal number up to 0777, such as 027" }

    init(configuration written: WrittenValue) throws(ConfigurationMismatch) {
        guard let text = written.single, (1...4).contains(text.utf8.count), let bits = UInt32(text, radix: 8),
            bits <= 0o777, !text.hasPrefix("+")
        else { throw ConfigurationMismatch() }
        self.bits = bits
    }

    var configurationContent: ConfigurationContent {
        let digits = String(bits, radix: 8)
        return .string(String(repeating: "0", count: max(0, 3 - digits.count)) + digits)
    }
}
