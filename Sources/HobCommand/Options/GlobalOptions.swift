/// The options that may stand before the verb; the parser knows them only behind it.
enum GlobalOptions {
    private static let withValue: Set<String> = ["-f", "--file", "-C", "--directory", "--color"]
    private static let withoutValue: Set<String> = ["--system", "-q", "--quiet"]

    /// Moves global options from before the verb to directly behind it.
    static func moveBehindVerb(_ arguments: [String]) -> [String] {
        var moved: [String] = []
        var rest = arguments[...]
        while let word = rest.first {
            if withoutValue.contains(word) || isJoined(word) {
                moved.append(word)
                rest = rest.dropFirst()
            } else if withValue.contains(word), rest.count >= 2 {
                // Behind some verbs -f means to follow.
                moved += [word == "-f" ? "--file" : word] + rest.dropFirst().prefix(1)
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        guard let verb = rest.first, !verb.hasPrefix("-") else { return arguments }
        return [verb] + moved + rest.dropFirst()
    }

    private static func isJoined(_ word: String) -> Bool {
        guard let equals = word.firstIndex(of: "=") else { return false }
        return word.hasPrefix("--") && withValue.contains(String(word[..<equals]))
    }
}
