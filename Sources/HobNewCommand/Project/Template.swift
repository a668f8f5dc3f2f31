/// A file of a new package, with holes: path and text are Mustache.
struct Template: Hashable {
    var path: String
    var text: String
}
