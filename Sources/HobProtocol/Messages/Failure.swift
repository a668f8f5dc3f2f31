/// Why a request as a whole was not carried out.
package struct Failure: Error, JSONCodable, Hashable, CustomStringConvertible {
    /// The kinds of failures; each has one exit code of `hob`.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// The line is no request of this protocol.
        case badRequest = "bad-request"
        /// No service, instance or group of that name.
        case unknownTarget = "unknown-target"
        /// The definitions contradict themselves or each other.
        case badConfiguration = "bad-configuration"
        /// The caller may not do this.
        case notPermitted = "not-permitted"
        /// The supervisor is on its way out.
        case shuttingDown = "shutting-down"
        /// The supervisor has died too often: it starts and ends nothing until `resume`.
        case safeMode = "safe-mode"
        /// The operation itself failed.
        case failed
        /// The operating system refused something the supervisor needs.
        case system
    }

    /// What kind of failure it is.
    package var code: Code
    /// The sentence for a person: what is wrong, and what would be right.
    package var message: String

    /// Makes a failure.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The sentence.
    package var description: String { message }

    package var json: JSONValue {
        .object([JSONMember("code", .string(code.rawValue)), JSONMember("message", .string(message))])
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "failure")
        code = try reader.choice("code")
        message = try reader.text("message")
    }
}
