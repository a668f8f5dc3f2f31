package import HobSystem

/// A descriptor that the keeper holds, too.
package struct HeldDescriptor: Sendable {
    /// Its name.
    package var key: HeldKey
    /// What was given with it: FDNAME of a stored one, or nothing; at most 64 bytes.
    package var label: String
    /// Our own copy, close-on-exec.
    package var descriptor: Descriptor

    /// A descriptor to be held under a name.
    package init(_ key: HeldKey, _ descriptor: Descriptor, label: String = "") {
        self.key = key
        self.descriptor = descriptor
        self.label = label
    }
}
