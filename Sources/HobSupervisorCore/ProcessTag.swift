/// The number that marks every process of an instance, for as long as it lives and whatever it forks.
///
/// It stands in the hard RLIMIT_LOCKS, which Linux has not used since 2.4; see Documentation/architecture.md.
package struct ProcessTag: Hashable, Sendable {
    /// The number.
    package let rawValue: UInt64

    private static let generationBits: UInt64 = 22
    private static let slotBits: UInt64 = 20

    /// The mark of one generation of one instance.
    package init(scope: UInt32, slot: Int, generation: UInt64) {
        let generationMask = (1 << Self.generationBits) - 1 as UInt64
        let slotMask = (1 << Self.slotBits) - 1 as UInt64
        rawValue =
            UInt64(scope) << (Self.slotBits + Self.generationBits)
            | (UInt64(slot) & slotMask) << Self.generationBits | generation & generationMask
    }

    /// Whether a number marks any generation of an instance.
    package static func marks(_ rawValue: UInt64, scope: UInt32, slot: Int) -> Bool {
        rawValue >> generationBits == ProcessTag(scope: scope, slot: slot, generation: 0).rawValue >> generationBits
    }

    /// The slot of the instance whose number this is; nil when it is of another scope.
    package static func slot(of rawValue: UInt64, scope: UInt32) -> Int? {
        guard rawValue >> (slotBits + generationBits) == UInt64(scope) else { return nil }
        return Int(rawValue >> generationBits & ((1 << slotBits) - 1))
    }

    /// A scope's share of the number: the same for the same name, and never above what we may set ourselves.
    ///
    /// - Parameters:
    ///   - name: the runtime directory's path.
    ///   - ceiling: our own hard limit, when we may not raise it; a supervisor under another one is marked already.
    /// - Returns: nil when nothing lower is left to mark with.
    package static func scope(named name: String, below ceiling: UInt64?) -> UInt32? {
        var hash: UInt32 = 2_166_136_261
        for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        let limit: UInt32
        if let ceiling {
            limit = UInt32(min(ceiling >> (slotBits + generationBits), 1 << 20))
            guard limit > 1 else { return nil }
        } else {
            limit = 1 << 20
        }
        return 1 + hash % (limit - 1)
    }
}
