/// A value behind one pointer, which copies share: for parts of a definition that are large and the same in nearly all.
@propertyWrapper
package struct Shared<Value: Hashable & Sendable>: Hashable, Sendable, CustomStringConvertible {
    private final class Storage: Sendable {
        let value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    private var storage: Storage

    /// Makes one of its own.
    package init(wrappedValue: Value) {
        storage = Storage(wrappedValue)
    }

    /// The value.
    package var wrappedValue: Value {
        get { storage.value }
        set { storage = Storage(newValue) }
    }

    /// The value's own.
    package var description: String { String(describing: storage.value) }

    /// Uses the other's memory where the values are equal.
    mutating func share(with other: Shared) {
        if storage !== other.storage, storage.value == other.storage.value { storage = other.storage }
    }

    package static func == (left: Shared, right: Shared) -> Bool {
        left.storage === right.storage || left.storage.value == right.storage.value
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(storage.value)
    }
}
