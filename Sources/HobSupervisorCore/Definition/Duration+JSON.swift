import HobPolicy
package import HobProtocol

extension Duration {
    /// The duration as whole nanoseconds.
    package var json: JSONValue { .integer(wholeNanoseconds) }
}

extension JSONObjectReader {
    /// A duration in nanoseconds that must be there.
    package func duration(_ name: String) throws(JSONError) -> Duration {
        guard let duration = try optionalDuration(name) else { throw missing(name) }
        return duration
    }

    /// A duration in nanoseconds that may be absent.
    package func optionalDuration(_ name: String) throws(JSONError) -> Duration? {
        guard let nanoseconds = try optionalInteger(name, as: Int64.self) else { return nil }
        guard nanoseconds >= 0 else { throw wrong(name, "no negative duration") }
        return .nanoseconds(nanoseconds)
    }
}
