/// Carries something that belongs to an event loop through another thread and back.
///
/// @unchecked Sendable: whoever gets it may only touch `value` on the loop it came from.
struct LoopBound<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
