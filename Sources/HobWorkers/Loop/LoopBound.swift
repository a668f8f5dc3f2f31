/// Carries what belongs to the event loop's thread through closures that other threads hand on.
///
/// @unchecked Sendable: the value is used in what is posted to that loop only.
struct LoopBound<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
