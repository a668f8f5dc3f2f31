import CHobSystem
import Glibc
import HobProtocol
import HobSystem

/// The first page of the journal: what it is, whose it is, and the one word that makes a batch count.
///
/// Mapped, because a store to it must be one instruction: either the next life sees it, or it was never made.
final class JournalHead {
    /// The layout that this hobd writes.
    static let version: UInt32 = 1
    /// The layouts that this hobd reads: its own, and the one before it.
    static let readable: ClosedRange<UInt32> = 1...1
    static let name = "journal.head"
    private static let magic: UInt64 = 0x6C61_6E72_756F_6A68
    private static let size = 4_096

    /// Where the words stand, in bytes.
    private enum Offset {
        static let magic = 0
        static let version = 8
        static let committed = 16
        static let lastEvent = 24
        static let lastTicket = 32
        static let pidNamespace = 40
        static let scattered = 48
        static let lives = 56
        static let boot = 64
        static let bootSize = 64
    }

    /// What stood there when it was opened.
    enum Origin: Equatable {
        /// Nothing, or the leavings of another boot or pid namespace, whose numbers mean nobody here.
        case new
        /// The journal of a life before this one.
        case earlierLife
    }

    let origin: Origin
    private let file: MappedFile

    /// Opens or makes it.
    ///
    /// Throws when there is a journal of a layout that this hobd cannot read; it is left as it is.
    init(in directory: Descriptor) throws {
        file = try MappedFile(Self.name, in: directory, size: Self.size)
        let boot = try Boot.identifier()
        let namespace = try Boot.pidNamespace()
        if file.base.load(as: UInt64.self) == Self.magic {
            let version = file.base.load(fromByteOffset: Offset.version, as: UInt32.self)
            guard Self.readable.contains(version) else { throw JournalError.unreadable(version: version) }
            let isOurs =
                file.base.load(fromByteOffset: Offset.pidNamespace, as: UInt64.self) == namespace
                && Self.boot(in: file) == boot
            origin = isOurs ? .earlierLife : .new
        } else {
            origin = .new
        }
        if origin == .new {
            file.withBytes { bytes in _ = bytes.initializeMemory(as: UInt8.self, repeating: 0) }
            file.base.storeBytes(of: namespace, toByteOffset: Offset.pidNamespace, as: UInt64.self)
            for (index, byte) in boot.utf8.prefix(Offset.bootSize - 1).enumerated() {
                file.base.storeBytes(of: byte, toByteOffset: Offset.boot + index, as: UInt8.self)
            }
            file.base.storeBytes(of: Self.version, toByteOffset: Offset.version, as: UInt32.self)
            hob_word_store(word(Offset.magic), Self.magic)
        }
        hob_word_store(word(Offset.lives), hob_word_load(word(Offset.lives)) + 1)
    }

    /// Throws unless this hobd could read the journal of a directory; changes nothing.
    static func check(in directory: Descriptor) throws {
        guard let file = try? Descriptor.open(name, in: directory, flags: [.readOnly, .noFollow]) else { return }
        let bytes = try file.readAll(limit: size)
        guard bytes.count >= 12 else { return }
        let (word, version) = bytes.withUnsafeBytes {
            ($0.load(as: UInt64.self), $0.load(fromByteOffset: Offset.version, as: UInt32.self))
        }
        if word == magic, !readable.contains(version) { throw JournalError.unreadable(version: version) }
    }

    private static func boot(in file: MappedFile) -> String {
        let bytes = UnsafeRawBufferPointer(start: file.base + Offset.boot, count: Offset.bootSize)
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    private func word(_ offset: Int) -> UnsafeMutablePointer<UInt64> {
        (file.base + offset).assumingMemoryBound(to: UInt64.self)
    }

    /// Goes on with the numbers of another one.
    func follow(_ old: JournalHead) {
        for offset in [Offset.lastEvent, Offset.lastTicket, Offset.scattered, Offset.lives] {
            hob_word_store(word(offset), hob_word_load(old.word(offset)))
        }
    }

    /// The number of the newest batch that counts.
    var committed: UInt64 {
        get { hob_word_load(word(Offset.committed)) }
        set { hob_word_store(word(Offset.committed), newValue) }
    }

    /// The number of the newest event.
    var lastEvent: UInt64 {
        get { hob_word_load(word(Offset.lastEvent)) }
        set { hob_word_store(word(Offset.lastEvent), newValue) }
    }

    /// Whether processes of ours may be children of neither the keeper nor the supervisor: both have died at once.
    var isScattered: Bool {
        get { hob_word_load(word(Offset.scattered)) != 0 }
        set { hob_word_store(word(Offset.scattered), newValue ? 1 : 0) }
    }

    /// How many lives this journal has seen, this one included.
    var lives: UInt64 { hob_word_load(word(Offset.lives)) }

    /// A number for one spawn, which no other one in four thousand million has.
    func takeTicket() -> UInt32 {
        let next = hob_word_load(word(Offset.lastTicket)) + 1
        hob_word_store(word(Offset.lastTicket), next)
        return UInt32(truncatingIfNeeded: next) == 0 ? takeTicket() : UInt32(truncatingIfNeeded: next)
    }
}

/// Why a journal cannot be used.
enum JournalError: Error, CustomStringConvertible {
    case unreadable(version: UInt32)

    var description: String {
        switch self {
        case .unreadable(let version):
            "the journal in the runtime directory has layout \(version), and this hobd \(HobVersion.current) reads "
                + "\(JournalHead.readable.lowerBound) to \(JournalHead.readable.upperBound): "
                + "start the hobd that wrote it, and `hob upgrade` from there"
        }
    }
}
