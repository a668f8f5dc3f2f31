import HobYAML

/// Reads a file as a tree, with its override laid over it.
struct FileTree {
    let context: LoadingContext

    /// The tree of a file; nil, with a diagnostic, when there is none.
    func read(_ file: String, overrides: Bool) -> YAMLNode? {
        guard let base = tree(file) else { return nil }
        let other = Paths.beside(file, OverrideMerge.name(for: file))
        guard overrides, Paths.exists(other) else { return base }
        // An override that is only a comment changes nothing.
        guard let over = tree(other, mayBeEmpty: true) else { return context.problems.hasErrors ? nil : base }
        return OverrideMerge.merge(over, over: base)
    }

    private func tree(_ file: String, mayBeEmpty: Bool = false) -> YAMLNode? {
        do throws(FileContents.Refusal) {
            guard let source = try context.source(file) else { return nil }
            let before = context.problems.errors.count
            guard let root = YAMLReader.read(source, reporting: context.problems), !root.isNull else {
                if !mayBeEmpty, context.problems.errors.count == before {
                    context.problems.error(
                        Place(file: file), "the file is empty", suggestion: "write 'services:' and their names below it"
                    )
                }
                return nil
            }
            return root
        } catch {
            context.problems.error(Place(file: file), "cannot be read", suggestion: error.reason)
            return nil
        }
    }
}
