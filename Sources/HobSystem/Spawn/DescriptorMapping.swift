/// Which of our descriptors a new process sees under which number.
package struct DescriptorMapping: Sendable, Hashable {
    /// Our descriptor.
    package var source: Int32
    /// Its number in the new process.
    package var target: Int32

    /// Our `source` becomes its `target`.
    package init(source: Int32, target: Int32) {
        self.source = source
        self.target = target
    }
}
