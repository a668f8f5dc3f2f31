/// A diagnostic that ends the reading of one file.
struct DiagnosticError: Error {
    /// What is wrong.
    let diagnostic: Diagnostic

    /// Makes an error of a diagnostic.
    init(_ diagnostic: Diagnostic) {
        self.diagnostic = diagnostic
    }
}
