import Glibc
package import HobSystem

/// A scope's own directory, opened and found to be ours alone: `.hob` of a project, the system's state directory.
package struct ScopeHome: Sendable {
    /// The scope.
    package let scope: Scope
    /// The directory.
    package let descriptor: Descriptor

    /// Opens the directory if it is there.
    ///
    /// - Returns: nil when there is none, so that nothing can be running either.
    package static func open(_ scope: Scope) throws(ClientError) -> ScopeHome? {
        let descriptor: Descriptor
        do throws(SystemError) {
            descriptor = try Descriptor.open(scope.home, flags: [.readOnly, .directory, .noFollow])
        } catch {
            if error.code == ENOENT { return nil }
            let isLink = (try? FileStatus.of(scope.home).isLink) ?? false
            let reason = isLink ? "it is a symbolic link; hob only uses a directory of its own" : error.message
            let code: ClientError.Code = error.code == EACCES || error.code == EPERM ? .notPermitted : .badScope
            throw ClientError(code, "cannot use \(scope.home): \(reason)", cause: error)
        }
        let home = ScopeHome(scope: scope, descriptor: descriptor)
        try home.checkOwner()
        return home
    }

    /// Opens the directory and makes what is missing: itself, the state and log directories, the identifier.
    package static func prepare(_ scope: Scope) throws(ClientError) -> ScopeHome {
        do throws(SystemError) {
            // The system's directories have parents that any package manager makes; a project's has one by nature.
            try makeDirectory(scope.home)
            guard let home = try present(scope) else {
                throw SystemError(code: ENOENT, message: "\(scope.home) vanished")
            }
            try makeDirectory(scope.stateDirectory)
            try makeDirectory(scope.logsDirectory)
            return home
        } catch {
            let code: ClientError.Code = error.code == EACCES || error.code == EPERM ? .notPermitted : .badScope
            throw ClientError(code, "cannot prepare \(scope.home): \(error.message)", cause: error)
        }
    }

    /// The scope's identifier; made by the first who asks while holding the launch lock.
    package func identifier() throws(ClientError) -> String {
        guard scope.kind == .project else { return "system" }
        if let known = text(of: "id") {
            guard known.utf8.count == 16, known.utf8.allSatisfy(Self.isHexadecimal) else {
                throw ClientError(
                    .badScope, "\(scope.home)/id holds no identifier of 16 hex digits: remove it when nothing runs")
            }
            return known
        }
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        let fresh = String(repeating: "0", count: 16 - digits.utf8.count) + digits
        try store("id", fresh)
        return fresh
    }

    /// Whether a runtime directory is used by another project, of which this one is a copy.
    ///
    /// A copied directory has the identifier of its original, and must not order that one's services about. When the
    /// original is not where it was, it was moved here, and the runtime directory is ours.
    package func isCopy(ofOwnerOf runtime: Descriptor) -> Bool {
        guard scope.kind == .project, let note = Self.text(of: Self.ownerName, in: runtime) else { return false }
        let parts = note.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2, let mark = try? Self.mark(of: descriptor), parts[0] != mark else { return false }
        guard let other = try? Descriptor.open(parts[1], flags: [.readOnly, .directory, .noFollow]) else {
            return false
        }
        return (try? Self.mark(of: other)) == parts[0]
    }

    /// Notes in a runtime directory whose it is.
    package func claim(_ runtime: Descriptor) throws(ClientError) {
        guard scope.kind == .project else { return }
        do throws(SystemError) {
            let text = "\(try Self.mark(of: descriptor)) \(scope.home)\n"
            try Self.store(Self.ownerName, text, in: runtime)
        } catch {
            throw ClientError(.badScope, "cannot write to the runtime directory: \(error.message)", cause: error)
        }
    }

    /// Gives a copied project an identity of its own; whoever asks holds the launch lock.
    package func forgetIdentity() throws(ClientError) {
        do throws(SystemError) {
            try descriptor.remove("id")
            try descriptor.remove("runtime")
        } catch {
            throw ClientError(.badScope, "cannot renew \(scope.home)/id: \(error.message)", cause: error)
        }
    }

    /// The file in a runtime directory that names the project it belongs to.
    private static let ownerName = "project"

    /// What tells a directory from its copy, wherever it is moved to on its file system.
    private static func mark(of directory: Descriptor) throws(SystemError) -> String {
        let status = try FileStatus.of(directory)
        return "\(status.device):\(status.inode)"
    }

    /// The runtime directory that the last launch used; nil when there was none.
    package func runtimePointer() -> String? {
        text(of: "runtime")
    }

    /// Notes the runtime directory for those to come, whatever their environment says.
    package func storeRuntimePointer(_ path: String) throws(ClientError) {
        try store("runtime", path)
    }

    /// Takes the lock under which a supervisor is launched, so that two do not choose different places.
    package func lockForLaunch(until deadline: MonotonicTime) throws(ClientError) -> FileLock {
        while true {
            do throws(SystemError) {
                if let lock = try FileLock.tryAcquire("launch.lock", in: descriptor) { return lock }
            } catch {
                throw ClientError(.badScope, "cannot lock \(scope.home)/launch.lock: \(error.message)", cause: error)
            }
            guard MonotonicTime.now() < deadline else {
                throw ClientError(.timedOut, "another hob is still starting the supervisor of \(scope.directory)")
            }
            // A lock cannot be waited for with a deadline; its holder has it for the blink of a launch.
            usleep(5_000)
        }
    }

    private func text(of name: String) -> String? {
        Self.text(of: name, in: descriptor)
    }

    private static func text(of name: String, in directory: Descriptor) -> String? {
        guard let file = try? Descriptor.open(name, in: directory, flags: [.readOnly, .noFollow, .nonBlocking]),
            let bytes = try? file.readAll(limit: 8_192)
        else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    private func store(_ name: String, _ text: String) throws(ClientError) {
        do throws(SystemError) {
            try Self.store(name, text + "\n", in: descriptor)
        } catch {
            let reason = SystemError.fileReason(error.code)
            throw ClientError(.badScope, "cannot write \(scope.home)/\(name): \(reason)", cause: error)
        }
    }

    /// Whole or not at all: readers do not take the lock.
    private static func store(_ name: String, _ text: String, in directory: Descriptor) throws(SystemError) {
        let temporary = ".\(name).\(getpid())"
        let file = try Descriptor.open(
            temporary, in: directory, flags: [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
        do throws(SystemError) {
            try file.writeAll(text)
            try directory.rename(temporary, to: name)
        } catch {
            _ = try? directory.remove(temporary)
            throw error
        }
    }

    private func checkOwner() throws(ClientError) {
        let status: FileStatus
        do throws(SystemError) { status = try FileStatus.of(descriptor) } catch {
            throw ClientError(.badScope, error.message, cause: error)
        }
        let user = geteuid()
        guard status.user == user else {
            throw ClientError(
                .notPermitted,
                "\(scope.home) belongs to user \(status.user), not to you (user \(user)): run hob as that user")
        }
        guard status.permissions & 0o022 == 0 else {
            throw ClientError(
                .notPermitted,
                "\(scope.home) can be written by others (mode \(String(status.permissions, radix: 8))), who could "
                    + "make hob stop your processes: chmod go-w \(scope.home)")
        }
    }

    private static func present(_ scope: Scope) throws(SystemError) -> ScopeHome? {
        do throws(ClientError) { return try open(scope) } catch {
            throw SystemError(code: error.code == .notPermitted ? EPERM : EINVAL, message: error.message)
        }
    }

    private static func makeDirectory(_ path: String) throws(SystemError) {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw SystemError(
            code: errno, message: "cannot make the directory \(path): \(SystemError.text(of: errno))")
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}
