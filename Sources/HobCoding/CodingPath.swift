/// The way from the whole value to a part of it, made into an array only when somebody asks.
indirect enum CodingPath {
    /// The whole value.
    case root
    /// A part, by its key in the value around it.
    case part(CodingPath, any CodingKey)

    /// The way to a part of this.
    func appending(_ key: any CodingKey) -> CodingPath { .part(self, key) }

    /// The keys, the outermost first.
    var keys: [any CodingKey] {
        var keys: [any CodingKey] = []
        var path = self
        while case .part(let outer, let key) = path {
            keys.append(key)
            path = outer
        }
        keys.reverse()
        return keys
    }

    /// The path as a person writes it: `servers[2].name`.
    static func text(of keys: [any CodingKey]) -> String {
        var text = ""
        for key in keys {
            if let index = (key as? ElementKey)?.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return text
    }
}

/// The place of an element in an array.
struct ElementKey: CodingKey {
    let intValue: Int?
    var stringValue: String { intValue.map(String.init) ?? "" }

    init(_ index: Int) { intValue = index }
    init?(intValue: Int) { self.init(intValue) }
    init?(stringValue: String) { nil }
}

/// The key under which a superclass's part lies.
struct SuperKey: CodingKey {
    let stringValue = "super"
    var intValue: Int? { nil }

    init() {}
    init?(intValue: Int) { nil }
    init?(stringValue: String) { guard stringValue == "super" else { return nil } }
}
