internal import CHobKeeper
import Glibc
package import HobSystem

/// What the keeper handed over to this life of the supervisor.
package struct HeldDescriptors: Sendable {
    /// The descriptors by name; who takes one removes it.
    package var entries: [HeldKey: HeldDescriptor] = [:]
    /// What hobd was started with.
    package var origin: KeeperOrigin
    /// What could not be understood of the table, as a sentence; nil when all is well.
    package private(set) var damage: String?
    /// After such damage: what was handed over, and nobody says as what.
    private var unnamed: [Descriptor] = []

    /// Nothing held: the first life, or one without a keeper.
    package init(origin: KeeperOrigin) {
        self.origin = origin
    }

    /// Takes over all descriptors of the table, close-on-exec, and closes it.
    ///
    /// A record that names no open descriptor, or a role of a later version, is left out: its descriptor is closed. Of
    /// a damaged table the whole records count; a life without the others is better than none.
    ///
    /// - Parameter others: descriptors that were inherited and are not the keeper's.
    package init(table: Descriptor, besides others: [Int32] = []) throws(SystemError) {
        defer { table.close() }
        let most = Self.headSize + Int(HOB_KEEPER_MOST_HELD) * 1024
        let bytes = try table.readAll(limit: most)
        var head = hob_keeper_table()
        if bytes.count >= Self.headSize { head = bytes.withUnsafeBytes { $0.loadUnaligned(as: hob_keeper_table.self) } }
        let size = Int(head.record_size)
        guard head.magic == HOB_KEEPER_TABLE_MAGIC, size >= Self.recordSize, size <= 1024 else {
            self.init(origin: try .capture())
            damage = "the keeper's table of held descriptors is damaged (\(bytes.count) bytes)"
            unnamed = Self.inherited(besides: others + [table.raw])
            return
        }
        self.init(origin: KeeperOrigin(head))
        let count = min(Int(head.count), (bytes.count - Self.headSize) / size)
        take(bytes, count, size, from: table)
        guard count < Int(head.count) else { return }
        damage = "the keeper's table of held descriptors has only \(count) of its \(head.count) records"
        unnamed = Self.inherited(besides: others + [table.raw] + entries.values.map(\.descriptor.raw))
    }

    private mutating func take(_ bytes: [UInt8], _ count: Int, _ size: Int, from table: Descriptor) {
        for number in 0..<count {
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

    /// Takes out the descriptor that means the same file as a name of a directory, if the table did not say which it is.
    mutating func takeUnnamed(_ name: String, in directory: Descriptor) -> Descriptor? {
        guard !unnamed.isEmpty, let file = try? FileStatus.of(name, in: directory) else { return nil }
        let place = unnamed.firstIndex { descriptor in
            (try? FileStatus.of(descriptor)).map { $0.inode == file.inode && $0.device == file.device } ?? false
        }
        return place.map { unnamed.remove(at: $0) }
    }

    /// Closes what nobody knows the use of.
    mutating func closeUnnamed() {
        for descriptor in unnamed { descriptor.close() }
        unnamed = []
    }

    /// What was inherited through exec, close-on-exec from now on.
    private static func inherited(besides others: [Int32]) -> [Descriptor] {
        let names = (try? Descriptor.open("/proc/self/fd", flags: [.readOnly, .directory]).names()) ?? []
        return names.compactMap { Int32($0) }.filter { number in
            number > 2 && !others.contains(number) && fcntl(number, F_GETFD) == 0
        }.map { number in
            let descriptor = Descriptor(owning: number)
            try? descriptor.setCloseOnExec(true)
            return descriptor
        }
    }

    static let headSize = MemoryLayout<hob_keeper_table>.size
    static let recordSize = MemoryLayout<hob_keeper_record>.size

    /// The bytes of a table of these descriptors.
    static func table(of held: [HeldDescriptor], origin: KeeperOrigin) -> [UInt8] {
        var head = hob_keeper_table()
        head.magic = UInt64(HOB_KEEPER_TABLE_MAGIC)
        head.record_size = UInt32(recordSize)
        head.count = UInt32(held.count)
        origin.write(to: &head)
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
