/// A package that the new one depends on, with the products it uses.
struct PackageDependency: Hashable {
    var url: String
    var from: String
    var products: [String]
    /// Whether it has traits, all of which are left out: they bring Foundation along.
    var hasTraits = false

    /// What manifests call it: the last word of its address.
    var identity: String { PackageSource.identity(ofURL: url) }
}
