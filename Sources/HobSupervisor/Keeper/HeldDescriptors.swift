internal import CHobKeeper
import Glibc
package import HobSystem

/// What the keeper handed over to this life of the supervisor.
package struct HeldDescriptors: Sendable {
    /// The descriptors by name; who takes one removes it.
    package var entries: [HeldKey: HeldDescriptor] = [:]
    /// What hobd was started with.
    package var origin: KeeperOrigin

    /// Nothing held: the first life, or one without a keeper.
    package init(origin: KeeperOrigin) {
        self.origin = origin
    }

    /// Takes over all descriptors of the table, close-on-exec, and closes it.
    ///
    /// A record that names no open descriptor, or a role of a later version, is left out: its descriptor is closed.
    package init(table: Descriptor) throws(SystemError) {
        defer { table.close() }
        let most = Self.headSize + Int(HOB_KEEPER_MOST_HELD) * 1024
        let bytes = try table.readAll(limit: most)
        let damaged = SystemError(
            code: EBADMSG, message: "the keeper's table of held descriptors is damaged (\(bytes.count) bytes)")
        guard bytes.count >= Self.headSize else { throw damaged }
        let head = bytes.withUnsafeBytes { $0.loadUnaligned(as: hob_keeper_table.self) }
        let size = Int(head.record_size)
        guard head.magic == HOB_KEEPER_TABLE_MAGIC, size >= Self.recordSize, size <= 1024,
            bytes.count >= Self.headSize + Int(head.count) * size
        else { throw damaged }
        origin = KeeperOrigin(signalMask: head.original_mask, openFiles: head.original_files)
        for number in 0..<Int(head.count) {
            let record = bytes.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: Self.headSize + number * size, as: hob_keeper_record.self)
            }
            guard record.descriptor > 2, record.descriptor != table.raw else { continue }
            let descriptor = Descriptor(owning: record.descriptor)
            guard (try? descriptor.setCloseOnExec(true)) != nil else {
                // It is not open: nothing to own.
                _ = descriptor.release()
                continue
            }
            guard let role = HeldKey.Role(rawValue: record.role) else { continue }
            let key = HeldKey(role, slot: record.slot, index: record.index)
            entries[key] = HeldDescriptor(key, descriptor, label: KeeperLabel.text(of: record.label))
        }
    }

    /// Takes one out; nil when the keeper had none of that name.
    package mutating func take(_ key: HeldKey) -> Descriptor? {
        entries.removeValue(forKey: key)?.descriptor
    }

    static let headSize = MemoryLayout<hob_keeper_table>.size
    static let recordSize = MemoryLayout<hob_keeper_record>.size

    /// The bytes of a table of these descriptors.
    static func table(of held: [HeldDescriptor], origin: KeeperOrigin) -> [UInt8] {
        var head = hob_keeper_table()
        head.magic = UInt64(HOB_KEEPER_TABLE_MAGIC)
        head.record_size = UInt32(recordSize)
        head.count = UInt32(held.count)
        head.original_mask = origin.signalMask
        head.original_files = origin.openFiles
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headSize + held.count * recordSize)
        withUnsafeBytes(of: &head) { bytes.append(contentsOf: $0) }
        for entry in held {
            var record = hob_keeper_record()
            record.descriptor = entry.descriptor.raw
            record.role = entry.key.role.rawValue
            record.slot = entry.key.slot
            record.index = entry.key.index
            KeeperLabel.set(&record.label, to: entry.label)
            withUnsafeBytes(of: &record) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}
