/// Reads a text as YAML: one tree with places, or diagnostics.
///
///     let problems = Problems()
///     let source = try SourceText(file: "hob.yml", bytes: bytes)
///     let root = YAMLReader.read(source, reporting: problems)   // nil and no errors: nothing but comments
///
/// It reads YAML 1.2, one document, with keys that are texts. Tags are allowed and mean nothing; `<<` merges. A bare
/// `no` is a text: what a scalar means is up to whoever asks for it. It costs time in proportion to the text, whatever
/// the text is.
package enum YAMLReader {
    /// The tree of a text; nil when there is none: it is empty, or `problems` has the mistake.
    package static func read(_ source: SourceText, reporting problems: Problems) -> YAMLNode? {
        do throws(DiagnosticError) {
            try refuseByteOrderMarks(in: source)
            var composer = try TreeComposer(source, reporting: problems)
            return try composer.compose()
        } catch {
            problems.error(error.diagnostic.place, error.diagnostic.message, suggestion: error.diagnostic.suggestion)
            return nil
        }
    }

    /// Nobody sees this character, and it would become part of a key or of the indentation.
    private static func refuseByteOrderMarks(in source: SourceText) throws(DiagnosticError) {
        let bytes = source.bytes
        var offset = 0
        while let found = bytes[offset...].firstIndex(of: 0xEF) {
            if found + 2 < bytes.count, bytes[found + 1] == 0xBB, bytes[found + 2] == 0xBF {
                throw DiagnosticError(
                    Diagnostic(
                        source.place(atByte: found), "an invisible byte order mark within the text",
                        suggestion: "remove it, or write \"\\uFEFF\""))
            }
            offset = found + 1
        }
    }
}
