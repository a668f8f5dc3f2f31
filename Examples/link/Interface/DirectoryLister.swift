public import Distributed
import Glibc
public import HobLink

/// What one daemon lets others call: the library that both link.
public distributed actor DirectoryLister {
    /// It is called over a link.
    public typealias ActorSystem = LinkSystem

    /// Which build of this interface a daemon has; two that differ refuse each other.
    public static let interface = "directory lister 1"

    /// Makes the one that does the work.
    public init(actorSystem: LinkSystem) {
        self.actorSystem = actorSystem
    }

    /// What a directory holds, sorted; names that begin with a dot are left out.
    ///
    /// - Throws: ``ListingError``, which the caller gets as it is.
    public distributed func list(_ path: String) throws -> [String] {
        guard let directory = opendir(path) else { throw ListingError(path: path, code: errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
