import Glibc
import HobSystem

/// A project's directory on the disk, which may not exist yet. No link below it is ever followed.
struct ProjectDirectory {
    /// What is at a path.
    enum Content: Equatable {
        case nothing
        case file(digest: String)
        /// Something that is no file: what.
        case other(String)
    }

    /// As messages name it.
    let path: String

    /// Whether there is anything at its path.
    var exists: Bool { (try? FileStatus.of(path, followingLinks: true)) != nil }

    /// What is at a path below.
    func content(of name: String) throws -> Content {
        guard exists else { return .nothing }
        let root = try open()
        var prefix = ""
        for part in name.split(separator: "/").dropLast() {
            prefix += prefix.isEmpty ? part : "/\(part)"
            guard let status = try status(prefix, root) else { return .nothing }
            guard status.isDirectory else { return .other("\(prefix) is no directory") }
        }
        guard let status = try status(name, root) else { return .nothing }
        guard status.isRegular else {
            return .other("it is \(status.isDirectory ? "a directory" : status.isLink ? "a link" : "no regular file")")
        }
        return .file(digest: SHA256.hex(try read(name, root)))
    }

    /// The manifest; nil when there is none.
    func manifest() throws -> ProjectManifest? {
        guard case .file = try content(of: ProjectManifest.path) else { return nil }
        let bytes = try read(ProjectManifest.path, open())
        return try ProjectManifest(
            parsing: String(decoding: bytes, as: UTF8.self), from: "\(path)/\(ProjectManifest.path)")
    }

    /// Makes itself and the directories above a file.
    ///
    /// - Returns: Those that were not there before.
    func makeDirectories(for name: String) throws -> [String] {
        var made: [String] = []
        if mkdir(path, 0o777) == 0 {
            made.append(".")
        } else if errno != EEXIST {
            throw SystemError.file("make the directory", path, errno)
        }
        let root = try open()
        var prefix = ""
        for part in name.split(separator: "/").dropLast() {
            prefix += prefix.isEmpty ? part : "/\(part)"
            if try root.makeDirectory(prefix, mode: 0o777) { made.append(prefix) }
        }
        return made
    }

    /// Writes a file whole or not at all.
    func write(_ bytes: [UInt8], to name: String) throws {
        let root = try open()
        let new = "\(name).hob-new"
        // Nobody's file: what is left of an earlier attempt.
        try root.remove(new)
        do {
            let file = try Descriptor.open(new, in: root, flags: [.writeOnly, .create, .exclusive], mode: 0o666)
            try file.writeAll(bytes)
            try root.rename(new, to: name)
        } catch {
            _ = try? root.remove(new)
            throw error
        }
    }

    /// Renames within the project.
    func move(_ name: String, to newName: String) throws { try open().rename(name, to: newName) }

    /// Removes a file.
    func remove(_ name: String) throws { try open().remove(name) }

    /// Removes a directory if it is empty; `.` is the project's own.
    func removeDirectory(_ name: String) throws {
        let target = name == "." ? path : "\(path)/\(name)"
        guard rmdir(target) != 0 else { return }
        let code = errno
        guard ![ENOENT, ENOTEMPTY, EEXIST, ENOTDIR].contains(code) else { return }
        throw SystemError.file("remove the directory", target, code)
    }

    /// Everything that is still below, directories with all that is in them as one, sorted.
    func leftovers() throws -> [String] {
        guard exists else { return [] }
        return try open().names().sorted()
    }

    private func open() throws -> Descriptor { try Descriptor.open(path, flags: [.readOnly, .directory]) }

    private func status(_ name: String, _ root: Descriptor) throws -> FileStatus? {
        do throws(SystemError) { return try FileStatus.of(name, in: root) } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
    }

    private func read(_ name: String, _ root: Descriptor) throws -> [UInt8] {
        try Descriptor.open(name, in: root, flags: [.readOnly, .noFollow]).readAll(limit: 64 << 20)
    }
}
