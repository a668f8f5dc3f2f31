import Glibc
import HobControllerCore
import HobSystem

/// Finds the daemon's processes, by proof and never by a number alone.
///
/// A pid from a file is the daemon's when the record of the last start says so, when the process carries our mark, or
/// when it can be seen to be this daemon (see ``DaemonEvidence``). Anything else is a stranger who has got the number.
struct DaemonFinder {
    /// What was found.
    struct Found {
        var presence: Presence
        /// The main process, when it runs.
        var main: ProcessIdentity?
        /// Whether a start of it has not come to its end.
        var isStarting = false
    }

    private let facts: DaemonFacts

    init(_ facts: DaemonFacts) {
        self.facts = facts
    }

    /// Looks; needs no right to write and takes no lock.
    func look() throws(SystemError) -> Found {
        let record = try LockFile.forLooking(facts.lockPath)?.record()
        let mark = DaemonMark(lockPath: facts.lockPath)
        let file = try readPIDFile()
        if case .pid(let contents) = file, let main = try daemon(named: contents, record, mark) {
            return Found(
                presence: .running(pid: main.pid), main: main,
                isStarting: record?.phase == .starting && record?.main == main)
        }
        // The file may be damaged or gone while the daemon lives.
        if let record, record.main.isAlive {
            return Found(
                presence: .running(pid: record.main.pid), main: record.main, isStarting: record.phase == .starting)
        }
        if !(mark?.holders() ?? []).isEmpty { return Found(presence: .remnants) }
        switch file {
        case .missing: return Found(presence: .absent(.missing))
        case .pid: return Found(presence: .absent(.stale))
        case .invalid(let reason): return Found(presence: .absent(.invalid(reason)))
        }
    }

    /// Whom the pid file names.
    enum Named: Hashable {
        /// A living process of the daemon.
        case daemon(ProcessIdentity)
        /// A process that is not there (any more).
        case nobody(pid: Int32)
        /// There is no file, or no pid in it, or it is a stranger's.
        case unknown
    }

    /// Looks into the pid file only.
    func named() throws(SystemError) -> Named {
        guard case .pid(let contents) = try readPIDFile() else { return .unknown }
        let record = try LockFile.forLooking(facts.lockPath)?.record()
        if let main = try daemon(named: contents, record, DaemonMark(lockPath: facts.lockPath)) { return .daemon(main) }
        return ProcessFacts.of(pid: contents.pid)?.isZombie ?? true ? .nobody(pid: contents.pid) : .unknown
    }

    private enum File {
        case missing
        case invalid(String)
        case pid(PIDFile.Contents)
    }

    private func readPIDFile() throws(SystemError) -> File {
        do throws(SystemError) {
            guard let contents = try facts.pidFile.read() else { return .missing }
            return .pid(contents)
        } catch {
            switch error.code {
            case EINVAL, EFBIG, EISDIR: return .invalid(error.message)
            case ENOTDIR: return .missing
            default: throw error
            }
        }
    }

    private func daemon(
        named contents: PIDFile.Contents, _ record: DaemonRecord?, _ mark: DaemonMark?
    ) throws(SystemError) -> ProcessIdentity? {
        guard contents.pid != getpid(), let identity = try ProcessIdentity.of(pid: contents.pid), identity.isAlive
        else { return nil }
        // A file with an identity in it proves itself, for or against.
        if let written = contents.identity { return written == identity ? identity : nil }
        if record?.main == identity || mark?.isCarried(by: identity.pid) ?? false { return identity }
        return DaemonEvidence(facts).suggests(identity.pid) ? identity : nil
    }
}
