public import HobPolicy
public import Logging

/// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`.
extension Logger.Level: ConfigurationValue {}

/// `text` or `json`.
extension LogFormat.Style: ConfigurationValue {}

extension RateLimit: ConfigurationValue {
    /// `a number in a time`.
    public static var configurationExpectation: String { "a number in a time, such as '10 in 60s'" }

    /// Reads a limit such as `10 in 60s`.
    public init(configuration written: WrittenValue) throws(ConfigurationMismatch) {
        let words = written.single?.split(separator: " ") ?? []
        guard words.count == 3, words[1] == "in", let count = Int(words[0]), count > 0,
            let window = Duration(parsing: words[2]), window > .zero
        else { throw ConfigurationMismatch() }
        self.init(count: count, window: window)
    }

    /// The limit as it is written.
    public var configurationContent: ConfigurationContent { .string("\(count) in \(window.configurationContent.text)") }
}
