/// A diagnostic that ends the reading of one file.
package struct DiagnosticError: Error {
    /// What is wrong.
    package let diagnostic: Diagnostic

    /// Makes an error of a diagnostic.
    package init(_ diagnostic: Diagnostic) {
        self.diagnostic = diagnostic
    }
}
