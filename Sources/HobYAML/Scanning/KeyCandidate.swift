/// A place where a key may have begun, which only a `:` behind it can tell.
struct KeyCandidate {
    /// A key without `?` is at most so many characters long.
    static let lengthLimit = 1_024

    /// The number of its first token, counted from the beginning of the text.
    var number: Int
    /// Where it begins.
    var mark: Mark
    /// The bytes before it in its line.
    var indentation: Int
    /// Whether nothing but a key can stand here.
    var isRequired: Bool

    /// Whether a `:` at a position comes too late for it: in another line, or too far away.
    func isOutOfReach(at position: Mark) -> Bool {
        mark.line < position.line || mark.column + Self.lengthLimit < position.column
    }
}
