import ArgumentParser
import Glibc
import HobSystem

/// What the process becomes before the daemon runs: another user, in another directory, with another umask.
///
/// It is done by the daemon's own process, in the foreground and in the background alike, after what only root can do
/// (the pid file, new log files in a directory of root's) and before anything of the daemon's own. Whatever cannot be
/// done ends the process: none runs on as somebody it should not be.
struct ProcessSetup: Sendable {
    /// Whom it becomes; nil: nobody else.
    let account: DaemonAccount?
    let directory: String?
    let umask: UInt32?

    /// The exit code of who may not do it.
    static let notPermitted: Int32 = 77

    /// Finds out what the configuration asks for; nothing is changed.
    ///
    /// - Throws: `ExitCode`, after a sentence on standard error.
    init(_ settings: DaemonSettings) throws {
        let keys = settings.keys
        directory = settings[keys.directory]
        umask = settings[keys.umask]?.bits
        let asked: DaemonAccount?
        do throws(DaemonAccount.Refusal) {
            asked = try DaemonAccount.named(
                user: settings[keys.user], group: settings[keys.group], present: geteuid())
        } catch {
            let snapshot = settings.configuration.snapshot
            let error = ConfigurationError([
                ConfigurationDiagnostic(
                    error.isGroup ? snapshot.origin(of: keys.group) : snapshot.origin(of: keys.user), error.message,
                    suggestion: error.suggestion)
            ])
            StandardError.write(error.message)
            throw ExitCode(error.exitCode)
        }
        // What it is already, nobody needs a right for.
        guard let asked, !(geteuid() != 0 && asked.user == geteuid() && asked.group == getegid()) else {
            account = nil
            return
        }
        guard geteuid() == 0 else {
            StandardError.write(
                "cannot become user \(asked.name): not permitted for user \(geteuid()): "
                    + "start it as root, or as that user")
            throw ExitCode(Self.notPermitted)
        }
        account = asked.credentials.arePresent ? nil : asked
    }

    /// Makes log files that are not there, for the new user.
    ///
    /// With that user's rights; root's are used only in directories that nobody but root can turn into others.
    func handOver(_ files: [String]) throws(SystemError) {
        guard let account else { return }
        let flags: OpenFlags = [.writeOnly, .create, .exclusive, .noFollow]
        for path in files {
            do throws(SystemError) {
                _ = try Descriptor.open(path, flags: flags, mode: 0o640, asUser: account.user, group: account.group)
            } catch {
                switch error.code {
                // Whether the user may write it is told when it opens it.
                case EEXIST: continue
                // Then it cannot become that user either, which says so itself.
                case EPERM: return
                case EACCES where Self.isRootsAlone(path):
                    let file = try Descriptor.open(path, flags: flags, mode: 0o640)
                    try file.changeOwner(user: account.user, group: account.group)
                case EACCES:
                    throw SystemError(
                        code: error.code, message: "cannot make \(path): permission denied for user \(account.name)")
                default: throw error
                }
            }
        }
    }

    /// Does it.
    ///
    /// - Throws: `ExitCode`, after a sentence on standard error; the process must end then.
    func enter() throws {
        if let umask { _ = Glibc.umask(mode_t(umask)) }
        if let account {
            do throws(SystemError) { try account.credentials.assume() } catch {
                StandardError.write(error.message)
                throw ExitCode(Self.notPermitted)
            }
            if let entry = account.entry {
                setenv("USER", entry.name, 1)
                setenv("LOGNAME", entry.name, 1)
                setenv("HOME", entry.home, 1)
            }
        }
        // As the new user: where that may not go, the daemon shall not be.
        guard let directory, chdir(directory) != 0 else { return }
        StandardError.write(SystemError.file("go to", directory, errno).message)
        throw ExitCode(1)
    }

    /// Whether all directories on the way belong to root.
    private static func isRootsAlone(_ path: String) -> Bool {
        var end = path.startIndex
        while let slash = path[end...].firstIndex(of: "/") {
            let directory = slash == path.startIndex ? "/" : String(path[..<slash])
            guard let status = try? FileStatus.of(directory), status.user == 0 else { return false }
            // Who may write there may replace what comes next; a sticky directory's entries only by their owners.
            if !status.isLink, status.mode & 0o022 != 0, status.mode & 0o1000 == 0 { return false }
            end = path.index(after: slash)
        }
        return path.hasPrefix("/")
    }
}
