/// A bracket that is open, for messages about what is within it.
struct FlowBracket {
    /// How it was opened.
    let open: Character
    /// How it must be closed.
    let close: Character
    /// Where it was opened.
    let mark: Mark
}
