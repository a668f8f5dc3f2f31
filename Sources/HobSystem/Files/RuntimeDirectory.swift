import CHobSystem
import Glibc

/// The directory on a tmpfs where a scope's sockets, FIFOs and journal live: private, checked, used by descriptor.
package struct RuntimeDirectory: Sendable {
    /// Where it is, for messages and for the processes that are told.
    package let path: String
    /// The directory itself; everything in it is reached through this.
    package let descriptor: Descriptor

    /// Chooses and makes the directory of a scope.
    ///
    /// root: `/run/hob/ID` where /run is a tmpfs; else `$XDG_RUNTIME_DIR/hob/ID`; else `/dev/shm/hob-UID/ID`. Each
    /// level from `hob` on is 0700, ours and no link, or it is refused. `override` names the directory itself;
    /// `preferringRun` false leaves /run out, for a project scope of root's that is to stay out of the system's way.
    package static func prepare(
        id: String, override: String? = nil, runtimeDirectoryVariable: String? = nil, preferringRun: Bool = true
    ) throws(SystemError) -> RuntimeDirectory {
        let user = geteuid()
        guard isPlainName(id) else {
            throw SystemError(
                code: EINVAL, message: "\"\(id)\" cannot name a runtime directory: use letters and digits")
        }
        if let override { return try prepare(override) }
        if preferringRun, user == 0, let run = try? Descriptor.open("/run", flags: [.readOnly, .directory]),
            invoke(.statfs, { hob_is_tmpfs(run.raw) }) == 1
        {
            return try descend(from: run, at: "/run", through: ["hob", id], user)
        }
        if let variable = runtimeDirectoryVariable, variable.hasPrefix("/"),
            let base = try? Descriptor.open(variable, flags: [.readOnly, .directory, .noFollow])
        {
            try check(base, variable, user)
            return try descend(from: base, at: variable, through: ["hob", id], user)
        }
        let memory = try Descriptor.open("/dev/shm", flags: [.readOnly, .directory])
        return try descend(from: memory, at: "/dev/shm", through: ["hob-\(user)", id], user)
    }

    /// Opens the directory at this very path, making its last part when missing.
    package static func prepare(_ path: String) throws(SystemError) -> RuntimeDirectory {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard trimmed.hasPrefix("/"), let slash = trimmed.lastIndex(of: "/") else {
            throw SystemError(code: EINVAL, message: "the runtime directory \(path) must be an absolute path")
        }
        let parent = slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
        let base = try Descriptor.open(parent, flags: [.readOnly, .directory])
        let name = String(trimmed[trimmed.index(after: slash)...])
        return try descend(from: base, at: parent, through: [name], geteuid())
    }

    private static func descend(
        from base: Descriptor, at basePath: String, through names: [String], _ user: UInt32
    ) throws(SystemError) -> RuntimeDirectory {
        var current = base
        var path = basePath
        for name in names {
            path += path.hasSuffix("/") ? name : "/\(name)"
            do throws(SystemError) {
                try current.makeDirectory(name, mode: 0o700)
            } catch {
                throw .file("make the directory", path, error.code)
            }
            let next: Descriptor
            do throws(SystemError) {
                next = try Descriptor.open(name, in: current, flags: [.readOnly, .directory, .noFollow])
            } catch {
                // O_DIRECTORY with O_NOFOLLOW says ENOTDIR of a link.
                let isLink = (try? FileStatus.of(name, in: current).isLink) ?? false
                throw .open(path, isLink ? ELOOP : error.code)
            }
            try check(next, path, user)
            current = next
        }
        return RuntimeDirectory(path: path, descriptor: current)
    }

    private static func check(_ directory: Descriptor, _ path: String, _ user: UInt32) throws(SystemError) {
        let status = try FileStatus.of(directory)
        guard status.user == user else {
            throw SystemError(
                code: EPERM,
                message: "the runtime directory \(path) belongs to user \(status.user), not to user \(user): "
                    + "remove it or name another one")
        }
        guard status.permissions & 0o077 == 0 else {
            throw SystemError(
                code: EPERM,
                message:
                    "the runtime directory \(path) is open to others (mode \(String(status.permissions, radix: 8)))"
                    + ": chmod 700 \(path)")
        }
    }

    private static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && name.utf8.count <= 200 && !name.utf8.contains(0)
            && !name.utf8.contains(UInt8(ascii: "/"))
    }
}
