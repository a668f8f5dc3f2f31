import CHobSystem
import Glibc

/// A system call that failed: its errno, and a sentence that names what it was about and what would be right.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The errno.
    package let code: Int32
    /// The sentence for people.
    package let message: String

    /// An error of this code with this sentence.
    package init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    /// The errno's name, like `ENOENT`.
    package var name: String { Self.name(of: code) }

    /// The sentence with the errno's name behind it.
    package var description: String { code == 0 ? message : "\(message) (\(name))" }

    /// The name of an errno, like `ENOENT`; `errno 999` when it has none.
    package static func name(of code: Int32) -> String {
        guard let name = hob_errno_name(code) else { return "errno \(code)" }
        return String(cString: name)
    }

    /// The errno with this name.
    package static func code(named name: String) -> Int32? {
        if name == "EWOULDBLOCK" { return EAGAIN }
        return (1...200).first { code in hob_errno_name(code).map { String(cString: $0) } == name }
    }

    /// The C library's words for an errno, beginning with a small letter.
    package static func text(of code: Int32) -> String {
        guard let text = hob_errno_text(code) else { return "unknown error" }
        let words = String(cString: text)
        return words.prefix(1).lowercased() + words.dropFirst()
    }
}
