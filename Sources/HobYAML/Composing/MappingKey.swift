/// The key of an entry, before it is known whether it is `<<`.
struct MappingKey {
    /// The text.
    var name: String
    /// Whether it has no quotes.
    var isPlain: Bool
    /// Where it begins.
    var place: Place
}
