/// The smallest piece of a YAML text that has a meaning.
struct Token {
    /// What it is.
    enum Kind {
        /// `%YAML 1.2`.
        case versionDirective(isSupported: Bool)
        /// `%TAG !name! prefix`, with the handle that it declares.
        case tagDirective(handle: String)
        /// `---`.
        case documentStart
        /// `...`.
        case documentEnd
        /// The indentation grows: a list with `-` begins.
        case blockSequenceStart
        /// The indentation grows: a mapping begins.
        case blockMappingStart
        /// The indentation shrinks: the innermost list or mapping ends.
        case blockEnd
        /// `[`, `]`, `{`, `}` and `,`.
        case flowSequenceStart, flowSequenceEnd, flowMappingStart, flowMappingEnd, flowEntry
        /// `- `.
        case blockEntry
        /// `? `, or the beginning of a text behind which a `:` was found.
        case key
        /// `: `.
        case value
        /// `*name`.
        case alias(String)
        /// `&name`.
        case anchor(String)
        /// `!!str` and the like, with the handle that must be declared; none for `!<…>`.
        case tag(handle: String?)
        /// A text in any of its five forms.
        case scalar(String, isPlain: Bool)
        /// The text is over.
        case end
    }

    /// A list or mapping that begins with a token, without an indicator of its own.
    enum Opening {
        case nothing, sequence, mapping
    }

    /// What it is.
    var kind: Kind
    /// Where it begins.
    var mark: Mark
    /// The block collection that begins here.
    var opening = Opening.nothing
    /// Whether a `:` behind it made it the beginning of a key.
    var isKey = false
    /// Whether a `:` behind it may still do so; until that is known nobody may see the token.
    var mayBeKey = false
}
