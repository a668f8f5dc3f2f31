/// Why a search could not be made.
struct SearchError: Error, CustomStringConvertible {
    let description: String
}
