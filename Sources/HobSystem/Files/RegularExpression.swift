import CHobSystem
import Glibc

/// A POSIX extended regular expression over bytes.
///
/// @unchecked Sendable: the compiled pattern is never changed, and the C library locks what matching needs.
package final class RegularExpression: @unchecked Sendable {
    private let compiled: OpaquePointer
    /// The pattern as written.
    package let pattern: String

    /// Compiles a pattern; a bad one is an error that says why.
    package init(_ pattern: String) throws(SystemError) {
        var message = [CChar](repeating: 0, count: 200)
        guard !pattern.utf8.contains(0), let compiled = hob_regex_compile(pattern, &message, message.count) else {
            let reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw SystemError(
                code: EINVAL,
                message:
                    "\"\(pattern)\" is not an extended regular expression: \(reason.isEmpty ? "zero byte" : reason)")
        }
        self.compiled = compiled
        self.pattern = pattern
    }

    deinit {
        hob_regex_free(compiled)
    }

    /// Whether the pattern occurs in the bytes.
    package func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return matches("") }
        return hob_regex_matches(compiled, base.assumingMemoryBound(to: CChar.self), bytes.count) != 0
    }

    /// Whether the pattern occurs in the text.
    package func matches(_ text: String) -> Bool {
        text.withCString { hob_regex_matches(compiled, $0, text.utf8.count) != 0 }
    }
}
