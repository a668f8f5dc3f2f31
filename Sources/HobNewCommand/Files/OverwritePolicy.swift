/// What becomes of files that are there already and differ.
enum OverwritePolicy: Hashable {
    /// Ask for each.
    case ask
    /// Overwrite them all.
    case force
    /// Leave them all.
    case skip
    /// Do nothing at all.
    case refuse
}
