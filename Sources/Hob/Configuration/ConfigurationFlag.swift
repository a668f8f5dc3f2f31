/// A key that was set by a flag of its own, such as `--log-level debug`.
struct ConfigurationFlag: Sendable, Hashable {
    /// The flag, for messages: `--log-level`.
    let name: String
    /// The key that it sets: `log.level`.
    let key: String
    /// What it sets it to.
    let value: String
}
