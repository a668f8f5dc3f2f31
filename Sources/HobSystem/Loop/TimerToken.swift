/// A timer of an ``EventLoop``; worthless, but harmless, once it has fired or been cancelled.
package struct TimerToken: Sendable, Hashable {
    let index: Int32
    let generation: UInt32
}
