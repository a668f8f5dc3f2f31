import HobProtocol

/// The versions that new packages name.
enum ProjectVersions {
    /// Of Hob, when it comes from its releases.
    static let hob = HobVersion.current
    /// Of the compiler's container image.
    static let swift = "6.3"
}
