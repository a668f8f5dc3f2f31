import Glibc

/// The machine's name, as RFC 5424 wants it.
enum HostName {
    /// `-` when it has none.
    static var current: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "-" }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return SyslogMessage.word(text, limit: 255)
    }
}
