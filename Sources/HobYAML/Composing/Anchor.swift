/// A value that aliases may stand for.
struct Anchor {
    /// The value.
    var node: YAMLNode
    /// How many values it holds, itself included and aliases unfolded.
    var weight: Int
    /// How many levels are within it.
    var height: Int
}
