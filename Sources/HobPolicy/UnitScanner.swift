/// Reads numbers that carry a unit: the one grammar behind durations and sizes.
enum UnitScanner {
    /// Adds up `<number><unit>` pairs, separated by nothing or a blank; nil when the text does not follow that form.
    static func total(of text: some StringProtocol, unit factor: (String) -> Double?) -> Int64? {
        var sum = 0.0
        var pairs = 0
        var rest = Substring(text)
        while true {
            rest = rest.drop(while: { $0 == " " })
            if rest.isEmpty { break }
            let number = rest.prefix(while: { $0.isASCII && ($0.isNumber || $0 == ".") })
            guard let value = Double(number) else { return nil }
            rest = rest.dropFirst(number.count)
            let name = rest.prefix(while: { $0.isLetter })
            guard let scale = factor(String(name)) else { return nil }
            rest = rest.dropFirst(name.count)
            sum += value * scale
            pairs += 1
        }
        guard pairs > 0, sum < 9.2e18 else { return nil }
        return Int64(sum.rounded())
    }
}

/// Says why a text is no duration or size, and what would be one.
public enum UnitError {
    /// The sentence for a text that does not parse.
    ///
    /// - Parameters:
    ///   - text: what was written.
    ///   - example: a right value, such as `10s`.
    public static func explain(_ text: String, example: String) -> String {
        if text.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }), Double(text) != nil {
            let unit = example.drop(while: { $0.isNumber || $0 == "." })
            return "'\(text)' has no unit: write '\(text)\(unit)' or another unit"
        }
        return "'\(text)' is not understood: write a number with a unit, such as '\(example)'"
    }
}
