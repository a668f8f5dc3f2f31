/// A configuration that cannot be used.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// What kind of mistake it is.
    public enum Code: Sendable, Hashable {
        /// Something on the command line is wrong.
        case usage
        /// A file, a variable or a missing value is wrong.
        case invalid
        /// A value was asked for as something it is not.
        case wrongType
    }

    /// What kind of mistake it is.
    public let code: Code
    /// Everything that is wrong, one line each.
    public let message: String
    /// What led to it; nil when nothing else did.
    public let cause: (any Error)?
    /// Everything that is wrong, from the strongest layer to the weakest.
    public let diagnostics: [ConfigurationDiagnostic]

    /// An error of these diagnostics.
    public init(_ diagnostics: [ConfigurationDiagnostic], cause: (any Error)? = nil) {
        let isUsage = diagnostics.allSatisfy {
            if case .commandLine? = $0.origin?.layer { true } else { false }
        }
        code = isUsage ? .usage : .invalid
        message = diagnostics.map(\.description).joined(separator: "\n")
        self.diagnostics = diagnostics
        self.cause = cause
    }

    /// An error about one value that was asked for as something else.
    init(wrongType message: String) {
        code = .wrongType
        self.message = message
        diagnostics = []
        cause = nil
    }

    /// The exit code of a program that ends because of it: 64 for the command line, else 78.
    public var exitCode: Int32 { code == .usage ? 64 : 78 }

    /// The message.
    public var description: String { message }
}
