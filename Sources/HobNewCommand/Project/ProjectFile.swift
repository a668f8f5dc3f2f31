/// A file of a new package.
struct ProjectFile: Hashable {
    /// Relative to the project's directory.
    var path: String
    var bytes: [UInt8]
}
