import HobConfig
import HobProtocol
import HobYAML

/// How a diagnostic of the configuration looks.
enum DiagnosticText {
    /// `file:line:column: message: suggestion`, with the place in bold.
    static func line(_ diagnostic: Diagnostic, isWarning: Bool = false, style: Style) -> String {
        let place = "\(diagnostic.file):\(diagnostic.line):\(diagnostic.column):"
        let word = isWarning ? " " + style.paint("warning:", .yellow) : ""
        let suggestion = diagnostic.suggestion.map { ": \($0)" } ?? ""
        return style.paint(place, .bold) + word + " " + StatusTable.printable(diagnostic.message + suggestion)
    }

    static func json(_ diagnostic: Diagnostic) -> JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("file", diagnostic.file)
        builder.add("line", diagnostic.line)
        builder.add("column", diagnostic.column)
        builder.add("message", diagnostic.message)
        builder.add("suggestion", diagnostic.suggestion)
        return builder.object
    }
}

extension Console {
    /// Says what is odd in a configuration that works.
    func warn(_ warnings: [Diagnostic]) {
        for warning in warnings { note(DiagnosticText.line(warning, isWarning: true, style: errorStyle)) }
    }
}
