/// A program to run: words as they are, or a line for the shell.
public enum Command: Hashable, Sendable, ExpressibleByArrayLiteral {
    /// The program and its arguments; no shell sees them. A program without a slash is looked for in `PATH`.
    case words([String])
    /// A line for `/bin/sh -c`.
    case shell(String)

    /// Words, the program first.
    public init(arrayLiteral words: String...) {
        self = .words(words)
    }

    /// The words that are executed.
    package var words: [String] {
        switch self {
        case .words(let words): words
        case .shell(let line): ["/bin/sh", "-c", line]
        }
    }
}
