import CHobSystem
import Glibc
import HobSystem

/// Words that spawned children and a next life look at: for each instance who was born as its main process, as its
/// hooks and as its probe, and how far what was decided for it has been carried out.
///
/// The file grows in chunks that are mapped where they come and never moved: a child on its way to exec has a pointer.
final class BirthRegister {
    /// What a process is to its instance.
    enum Role: Int, CaseIterable {
        case main, beforeStart, afterStart, beforeStop, afterStop, stopCommand, reload, probe
    }

    static let name = "journal.births"
    private static let slotsPerChunk = 512
    // Words of one role stand together, so that what is never used takes up no memory.
    private static let wordsPerSlot = Role.allCases.count + 1
    private static let chunkSize = slotsPerChunk * wordsPerSlot * 8

    private let file: Descriptor
    private var chunks: [UnsafeMutableRawPointer] = []

    /// Opens or makes the file; an earlier life's words are kept on request.
    init(in directory: Descriptor, keeping: Bool) throws(SystemError) {
        file = try Descriptor.open(Self.name, in: directory, flags: [.readWrite, .create, .noFollow], mode: 0o600)
        if !keeping { try file.truncate(to: 0) }
        try reserve(slots: try FileStatus.of(file).size / Self.chunkSize * Self.slotsPerChunk)
    }

    /// Makes room; what is there then can be stored to without fail.
    func reserve(slots: Int) throws(SystemError) {
        while chunks.count * Self.slotsPerChunk < slots {
            let offset = chunks.count * Self.chunkSize
            try file.allocate(at: offset, count: Self.chunkSize, of: Self.name)
            var address: UnsafeMutableRawPointer?
            let mapped = invoke(.mmap) {
                address = mmap(nil, Self.chunkSize, PROT_READ | PROT_WRITE, MAP_SHARED, file.raw, off_t(offset))
                return address == UnsafeMutableRawPointer(bitPattern: -1) || address == nil ? Int32(-1) : 0
            }
            guard mapped >= 0, let address else { throw .file("map", Self.name, -mapped) }
            chunks.append(address)
        }
    }

    private func word(_ slot: Int, _ column: Int) -> UnsafeMutablePointer<UInt64>? {
        let chunk = slot / Self.slotsPerChunk
        guard slot >= 0, chunks.indices.contains(chunk) else { return nil }
        let index = column * Self.slotsPerChunk + slot % Self.slotsPerChunk
        return (chunks[chunk] + index * 8).assumingMemoryBound(to: UInt64.self)
    }

    /// Announces a spawn; nil for a slot that nobody made room for.
    func announce(_ role: Role, slot: Int, ticket: UInt32) -> Birth? {
        word(slot, role.rawValue).map { Birth.announce(in: $0, ticket: ticket) }
    }

    /// Who was born; whoever is still on its way to exec is called off.
    func settle(_ role: Role, slot: Int) -> Int32? {
        word(slot, role.rawValue).flatMap { Birth.settle($0) }
    }

    /// Forgets who was born.
    func forget(_ role: Role, slot: Int) {
        if let word = word(slot, role.rawValue) { Birth.forget(word) }
    }

    /// The newest batch whose actions for the instance were all carried out.
    func performed(slot: Int) -> UInt64 {
        word(slot, Role.allCases.count).map { hob_word_load($0) } ?? 0
    }

    /// Notes how far the actions for an instance were carried out.
    func setPerformed(_ batch: UInt64, slot: Int) {
        if let word = word(slot, Role.allCases.count) { hob_word_store(word, batch) }
    }
}
