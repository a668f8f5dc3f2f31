import Glibc

/// Why a directory could not be listed.
public struct ListingError: Error, Codable, Hashable, CustomStringConvertible {
    /// Which one.
    public var path: String
    /// The errno.
    public var code: Int32

    /// Its words.
    public var description: String { "\(path) cannot be listed: \(String(cString: strerror(code)))" }
}
