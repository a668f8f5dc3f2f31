import CHobSystem

/// One read from a FIFO on its way to a log file: a record of the staging area and its bytes.
///
/// Both lie in memory that outlives the process, so each change is made in the order in which the next life has to
/// find it: first the fields, then, in one store, the progress that makes them count.
struct StagedBatch {
    /// How far a batch has come.
    enum State: UInt8 {
        /// Nothing is here.
        case idle = 0
        /// A read is under way; whether it has happened is told by the poison.
        case reading
        /// The bytes are here and in no file.
        case filled
        /// The bytes are being written to the recorded file at the recorded length.
        case writing
    }

    /// State, size and what is done of it, in one word, so that they change together.
    struct Progress: Hashable {
        var state: State
        /// How many bytes the batch has.
        var count: Int
        /// How many of them are in a log file for good.
        var done: Int

        init(_ state: State, count: Int = 0, done: Int = 0) {
            self.state = state
            self.count = count
            self.done = done
        }

        init?(word: UInt64) {
            guard let state = State(rawValue: UInt8(truncatingIfNeeded: word)) else { return nil }
            self.init(state, count: Int(word >> 8 & 0xfff_ffff), done: Int(word >> 36))
        }

        var word: UInt64 {
            UInt64(state.rawValue) | UInt64(count) << 8 | UInt64(done) << 36
        }
    }

    /// Its number in the staging area.
    let index: Int
    private let record: UnsafeMutableRawPointer
    private let buffer: UnsafeMutableRawPointer

    init(index: Int, record: UnsafeMutableRawPointer, buffer: UnsafeMutableRawPointer) {
        self.index = index
        self.record = record
        self.buffer = buffer
    }

    /// How far it has come; nil when the word is none of ours.
    var storedProgress: Progress? { Progress(word: hob_load_acquire(record)) }

    /// How far it has come.
    var progress: Progress {
        get { storedProgress ?? Progress(.idle) }
        nonmutating set { hob_store_release(record, newValue.word) }
    }

    /// The order of reads in the whole staging area.
    var sequence: UInt64 {
        get { record.load(fromByteOffset: 8, as: UInt64.self) }
        nonmutating set { record.storeBytes(of: newValue, toByteOffset: 8, as: UInt64.self) }
    }

    /// The wall clock at the read, in milliseconds: the stamp of its lines, the same whenever it is written.
    var clock: Int64 {
        get { record.load(fromByteOffset: 16, as: Int64.self) }
        nonmutating set { record.storeBytes(of: newValue, toByteOffset: 16, as: Int64.self) }
    }

    /// The place in a log file where the rest of the batch goes.
    var target: Target {
        get {
            Target(
                inode: record.load(fromByteOffset: 24, as: UInt64.self),
                device: record.load(fromByteOffset: 32, as: UInt64.self),
                length: Int(record.load(fromByteOffset: 40, as: Int64.self)),
                isWithinLine: flags & Self.withinLine != 0)
        }
        nonmutating set {
            record.storeBytes(of: newValue.inode, toByteOffset: 24, as: UInt64.self)
            record.storeBytes(of: newValue.device, toByteOffset: 32, as: UInt64.self)
            record.storeBytes(of: Int64(newValue.length), toByteOffset: 40, as: Int64.self)
            flags = newValue.isWithinLine ? flags | Self.withinLine : flags & ~Self.withinLine
        }
    }

    /// A file by its inode, its length before the batch, and whether that length ends within a line.
    struct Target: Hashable {
        var inode: UInt64
        var device: UInt64
        var length: Int
        var isWithinLine: Bool
    }

    /// Whether its lines are stamped.
    var isStamped: Bool {
        get { flags & Self.stamped != 0 }
        nonmutating set { flags = newValue ? flags | Self.stamped : flags & ~Self.stamped }
    }

    private static let stamped: UInt32 = 1
    private static let withinLine: UInt32 = 2

    private var flags: UInt32 {
        get { record.load(fromByteOffset: 48, as: UInt32.self) }
        nonmutating set { record.storeBytes(of: newValue, toByteOffset: 48, as: UInt32.self) }
    }

    /// The longest name a record holds: with `.log.000001.gz.tmp` behind it, it still is a file name.
    static let longestName = 236

    /// The bytes a record takes.
    static let recordSize = 320

    /// The instance's name, from which the log file's follows; nil when the record is damaged.
    var name: String? {
        let length = Int(record.load(fromByteOffset: 52, as: UInt32.self))
        guard length > 0, length <= Self.longestName else { return nil }
        let bytes = UnsafeRawBufferPointer(start: record + 64, count: length)
        guard !bytes.contains(UInt8(ascii: "/")), !bytes.contains(0) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Notes the instance's name, at most ``longestName`` bytes.
    func setName(_ bytes: UnsafeRawBufferPointer) {
        record.storeBytes(of: UInt32(bytes.count), toByteOffset: 52, as: UInt32.self)
        UnsafeMutableRawBufferPointer(start: record + 64, count: bytes.count).copyMemory(from: bytes)
    }

    /// The first `count` bytes of the buffer.
    func bytes(_ count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: buffer, count: count)
    }

    // MARK: Poison

    private static let poisonLength = 16

    /// Marks the buffer's first bytes, so that the next life can tell whether the read has happened.
    func poison() {
        for index in 0..<Self.poisonLength {
            buffer.storeBytes(of: poisonByte(index), toByteOffset: index, as: UInt8.self)
        }
    }

    /// Whether a read of `count` bytes has not happened.
    func isPoisoned(_ count: Int) -> Bool {
        (0..<min(count, Self.poisonLength)).allSatisfy { index in
            buffer.load(fromByteOffset: index, as: UInt8.self) == poisonByte(index)
        }
    }

    /// 0xf8 to 0xff, which UTF-8 never has, and another row of them for each read.
    private func poisonByte(_ index: Int) -> UInt8 {
        0xf8 | UInt8(truncatingIfNeeded: (sequence &* 0x9e37_79b9_7f4a_7c15) >> (index * 3)) & 7
    }
}
