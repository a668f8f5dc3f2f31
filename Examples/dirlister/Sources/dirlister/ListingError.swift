import Glibc

/// A directory could not be listed.
struct ListingError: Error, CustomStringConvertible {
    let path: String
    let code: Int32

    var description: String { "cannot list \(path): \(String(cString: strerror(code)))" }
}
