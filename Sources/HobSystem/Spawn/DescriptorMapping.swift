/// Which of our descriptors a new process sees under which number.
package struct DescriptorMapping: Sendable, Hashable {
    package var source: Int32
    package var target: Int32

    /// Our `source` becomes its `target`.
    package init(source: Int32, target: Int32) {
        self.source = source
        self.target = target
    }
}
