/// What a message may be at most.
package struct MessageLimits: Hashable, Sendable {
    /// How many bytes it may have.
    package var bytes: Int
    /// How deep containers may lie in each other; the way of the bytes through a type's `init(from:)` is as deep.
    package var depth: Int

    /// Makes limits.
    ///
    /// - Parameters:
    ///   - bytes: The most bytes; 16 MiB unless told otherwise.
    ///   - depth: The most containers around a value; 64 unless told otherwise.
    package init(bytes: Int = 16 << 20, depth: Int = 64) {
        self.bytes = bytes
        self.depth = depth
    }
}
