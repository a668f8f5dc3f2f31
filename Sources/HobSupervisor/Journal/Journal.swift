import HobPolicy
import HobProtocol
import HobSupervisorCore
import HobSystem

/// What a next life of the supervisor finds: files of the runtime directory, on tmpfs.
///
/// A store is a write that can neither block nor fail, because its room was reserved before. All entries of one event
/// are a batch, which counts with the store of one word; the event is acted upon only after that.
final class Journal {
    private static let scopeName = "journal.scope"
    private static let servicesName = "journal.services"
    private static let instancesName = "journal.instances"

    /// What an earlier life has left.
    struct Recovered {
        var journal: Supervision.Journal
        /// The number of the newest batch of each instance.
        var batches: [Int: UInt64] = [:]
        /// The kernel's numbers of the main processes.
        var processNumbers: [Int: UInt64] = [:]
    }

    /// The first page.
    let head: JournalHead
    /// Who was born.
    let births: BirthRegister
    private var recovered: Recovered?

    private let directory: Descriptor
    private let scope: JournalRows
    private let services: JournalRows
    private let instances: JournalRows
    private let definitions: DefinitionLog
    /// Lines of definitions as they came, so that they need not be written anew.
    private var lines: [String: ArraySlice<UInt8>] = [:]
    /// How many definitions the file has, those that nobody names any more included.
    private var writtenDefinitions = 0
    private var hasEnvironment = false
    /// A store that failed although its room was reserved; told once.
    private(set) var failure: SystemError?

    /// Opens the journal, and reads what an earlier life has left.
    ///
    /// Throws when there is one that cannot be read: nothing is changed then.
    init(in directory: Descriptor) throws {
        self.directory = directory
        head = try JournalHead(in: directory)
        let keeping = head.origin == .earlierLife
        births = try BirthRegister(in: directory, keeping: keeping)
        scope = try JournalRows(Self.scopeName, in: directory, copySize: 64, keeping: keeping)
        services = try JournalRows(Self.servicesName, in: directory, copySize: 64, keeping: keeping)
        instances = try JournalRows(Self.instancesName, in: directory, copySize: 1_024, keeping: keeping)
        definitions = try DefinitionLog(in: directory, keeping: keeping)
        try scope.reserve(1)
        if keeping { recovered = try load() }
    }

    /// What an earlier life has left, once: it is large, and nobody has use for it later. Nil when there was none.
    func takeRecovered() -> Recovered? {
        defer { recovered = nil }
        return recovered
    }

    private func load() throws -> Recovered? {
        let committed = head.committed
        guard let body = try scope.load(committed: committed).found.first?.body else { return nil }
        let entry = try body.withUnsafeBytes { try ScopeEntry(from: $0) }
        let (serviceRows, badServices) = try services.load(committed: committed)
        let (instanceRows, badInstances) = try instances.load(committed: committed)
        guard badServices.isEmpty, badInstances.isEmpty else {
            throw Failure(
                .system,
                "the journal is damaged: rows \(badServices) of \(Self.servicesName), \(badInstances) of "
                    + Self.instancesName)
        }
        var recovered = Recovered(
            journal: Supervision.Journal(
                scope: entry, environment: [], definitions: [:], services: [], instances: []))
        var wanted: Set<UInt64> = []
        for row in serviceRows {
            let entry = try row.body.withUnsafeBytes { try ServiceEntry(from: $0) }
            wanted.insert(entry.definition)
            recovered.journal.services.append((row.row, entry))
        }
        for row in instanceRows {
            let entry = try row.body.withUnsafeBytes { try InstanceEntry(from: $0) }
            wanted.insert(entry.definition)
            if let upcoming = entry.upcoming { wanted.insert(upcoming) }
            recovered.batches[row.row] = row.batch
            recovered.processNumbers[row.row] = entry.processNumber
            recovered.journal.instances.append((row.row, entry))
        }
        let contents = try definitions.load(wanted)
        recovered.journal.environment = contents.environment
        recovered.journal.definitions = contents.definitions
        writtenDefinitions = Int(clamping: entry.definitions)
        hasEnvironment = !contents.environment.isEmpty
        return recovered
    }

    /// Opens the journal. One that is damaged is set aside: what it tells cannot be believed, but whoever bears our mark
    /// is found all the same, and goes before anybody is started in its place.
    static func open(in directory: Descriptor) throws -> Journal {
        do {
            return try Journal(in: directory)
        } catch let error as JournalError {
            throw error
        } catch {
            DaemonLog.write("\(error): it is set aside as *.damaged, and everything is started anew")
            for name in names { _ = try? directory.rename(name, to: name + ".damaged") }
            let journal = try Journal(in: directory)
            journal.head.isScattered = true
            return journal
        }
    }

    private static let names = [
        JournalHead.name, BirthRegister.name, scopeName, servicesName, instancesName, DefinitionLog.name,
        DefinitionLog.nextName,
    ]

    /// Whether its files still have their names in a directory.
    static func isWhole(in directory: Descriptor) -> Bool {
        names.allSatisfy { $0 == DefinitionLog.nextName || (try? FileStatus.of($0, in: directory)) != nil }
    }

    /// Writes all of it anew, in place of one that has lost its names.
    ///
    /// A spawn that is under way enters itself in the old one. A next life that comes before it is through finds the
    /// process by its mark, as a left-over.
    func moved(
        to directory: Descriptor, _ supervision: inout Supervision, processNumber: (Int) -> UInt64
    ) throws -> Journal {
        for name in Self.names { _ = try? directory.remove(name) }
        let next = try Journal(in: directory)
        next.head.follow(head)
        try next.reserve(instances: supervision.instances.count, services: supervision.services.count, bytes: 0)
        let batch = next.commit(
            supervision.takeEverything(), environment: supervision.environment, processNumber: processNumber)
        if let failure = next.failure { throw failure }
        for slot in supervision.instances.indices { next.births.setPerformed(batch, slot: slot) }
        return next
    }

    /// Removes all of it: everything is down, and nothing is left to be found.
    func remove() {
        for name in Self.names { _ = try? directory.remove(name) }
    }

    // MARK: Room

    /// Makes room for what an order may bring; a full runtime directory is found out here, before anything is decided.
    func reserve(instances count: Int, services serviceCount: Int, bytes: Int) throws(SystemError) {
        try births.reserve(slots: count)
        try instances.reserve(count)
        try services.reserve(serviceCount)
        try definitions.reserve(bytes)
    }

    /// Remembers the lines of a set while it is applied.
    func expect(_ set: AppliedSet, _ bytes: [UInt8]) {
        lines = [:]
        let all = bytes.split(separator: 0x0A)
        guard all.count == set.services.count + 1 else { return }
        for (definition, line) in zip(set.services, all.dropFirst()) { lines[definition.name] = line }
    }

    // MARK: Batches

    /// Writes what changed as one batch, which counts when this returns.
    ///
    /// - Parameter processNumber: the kernel's number of an instance's main process.
    /// - Returns: the number of the batch.
    @discardableResult
    func commit(
        _ changes: Supervision.Changes, environment: [String], processNumber: (Int) -> UInt64
    ) -> UInt64 {
        // An order that changed nothing leaves nothing behind.
        defer { lines = [:] }
        guard !changes.isEmpty else { return head.committed }
        let batch = head.committed + 1
        do throws(SystemError) {
            if !changes.definitions.isEmpty { try store(changes.definitions, environment) }
            if let entry = changes.scope { try scope.store(0, batch: batch) { entry.write(to: $0) } }
            for (row, entry) in changes.services {
                try services.store(row, batch: batch) { entry?.write(to: $0) ?? 0 }
            }
            for (slot, entry) in changes.instances {
                try instances.store(slot, batch: batch) { target in
                    guard var entry else { return 0 }
                    entry.processNumber = processNumber(slot)
                    return entry.write(to: target)
                }
            }
        } catch {
            // The room was reserved, so this is no full disk but a broken one. What runs goes on running.
            if failure == nil { DaemonLog.write("the journal cannot be written: \(error.message)") }
            failure = error
        }
        head.committed = batch
        return batch
    }

    private func store(_ boxes: [DefinitionBox], _ environment: [String]) throws(SystemError) {
        var all: [(number: UInt64, line: [UInt8])] = []
        if !hasEnvironment {
            all.append((0, JSONWriter.line(of: AppliedSet(environment: environment).lines[0])))
            hasEnvironment = true
        }
        for box in boxes {
            let line = lines[box.value.name].map { Array($0) } ?? JSONWriter.line(of: box.value.json)
            all.append((box.number, line))
        }
        writtenDefinitions += boxes.count
        try definitions.append(all)
    }

    /// Gives up definitions that nobody names any more, when they are most of what is kept.
    func compact(_ supervision: Supervision) {
        // Each service names one; who names them all is only asked when that is likely to pay.
        guard definitions.isLong, writtenDefinitions > 4 * max(supervision.services.count, 1) else { return }
        let live = supervision.definitions
        let environment = JSONWriter.line(of: AppliedSet(environment: supervision.environment).lines[0])
        let lines = live.map { (number: $0.number, line: JSONWriter.line(of: $0.value.json)) }
        if definitions.replace(by: [(number: 0, line: environment)] + lines) { writtenDefinitions = live.count }
    }
}
