/// A watched descriptor of an ``EventLoop``; worthless, but harmless, once cancelled.
package struct Watch: Sendable, Hashable {
    let index: UInt32
    let generation: UInt32
}
