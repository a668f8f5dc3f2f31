import CHobSystem
import Glibc
import HobSupervisorCore
import HobSystem

/// The directory of the log files, which is made again when somebody removes it.
///
/// It is used by one thread, the writer's.
final class LogDirectory {
    /// The directory as it is now.
    private(set) var descriptor: Descriptor
    /// Where it was when the supervisor got it.
    let path: String
    private let mode: UInt32

    /// Takes over an open directory.
    init(_ descriptor: Descriptor) throws(SystemError) {
        self.descriptor = descriptor
        path = try Self.path(of: descriptor)
        let status = try FileStatus.of(descriptor)
        guard status.isDirectory else { throw .open(path, ENOTDIR) }
        mode = status.permissions
    }

    /// Opens the file that is being written for an instance, and makes it when missing.
    func openCurrent(of instance: String) throws(SystemError) -> Descriptor {
        let name = LogFileName.current(of: instance)
        do throws(SystemError) {
            return try open(name)
        } catch {
            guard error.code == ENOENT, try FileStatus.of(descriptor).links == 0 else { throw named(error, name) }
            try makeAgain()
        }
        do throws(SystemError) { return try open(name) } catch { throw named(error, name) }
    }

    /// Opens the file with this inode, when one of the instance's files has it.
    func openFile(of instance: String, inode: UInt64, device: UInt64) throws(SystemError) -> Descriptor? {
        let prefix = LogFileName.current(of: instance)
        for name in try descriptor.names() where name.hasPrefix(prefix) {
            guard let status = try? FileStatus.of(name, in: descriptor), status.inode == inode,
                status.device == device, status.isRegular
            else { continue }
            return try Descriptor.open(name, in: descriptor, flags: [.readWrite, .noFollow])
        }
        return nil
    }

    /// The sequence numbers of an instance's finished files, ascending.
    func finished(of instance: String) throws(SystemError) -> [Int] {
        let names = try descriptor.names().compactMap { LogFileName($0, of: instance) }
        return Set(names.filter { $0.form != .unfinished }.map(\.sequence)).sorted()
    }

    /// The finished files of an instance that nobody has compressed.
    func plain(of instance: String) throws(SystemError) -> [Int] {
        let names = try descriptor.names().compactMap { LogFileName($0, of: instance) }
        return names.filter { $0.form == .plain }.map(\.sequence).sorted()
    }

    /// Gives the current file its sequence number; never over another file.
    func finish(_ instance: String, as sequence: Int) throws(SystemError) {
        let name = LogFileName.current(of: instance)
        let target = LogFileName(sequence: sequence).text(of: instance)
        for form in [LogFileName.Form.compressed, .plain] {
            let taken = LogFileName(sequence: sequence, form: form).text(of: instance)
            if (try? FileStatus.of(taken, in: descriptor)) != nil {
                throw .file("rename", "\(name) to \(target)", EEXIST)
            }
        }
        try descriptor.rename(name, to: target)
    }

    /// Removes a finished file in whatever form it is.
    func removeFinished(_ sequence: Int, of instance: String) throws(SystemError) {
        for form in [LogFileName.Form.plain, .compressed] {
            try descriptor.remove(LogFileName(sequence: sequence, form: form).text(of: instance))
        }
    }

    /// Clears away what a compression left behind that was cut off by a crash.
    func removeLeftovers() throws(SystemError) {
        let names = try descriptor.names()
        let present = Set(names)
        for name in names {
            guard let (instance, file) = LogFileName.parse(name) else { continue }
            switch file.form {
            case .unfinished:
                try descriptor.remove(name)
            case .compressed:
                // The compressed file gets its name only when it is complete, so the other one is superfluous.
                let plain = LogFileName(sequence: file.sequence).text(of: instance)
                if present.contains(plain) { try descriptor.remove(plain) }
            case .plain:
                break
            }
        }
    }

    // MARK: Opening

    private func open(_ name: String) throws(SystemError) -> Descriptor {
        // Non-blocking, lest a FIFO of this name hang the writer before it is refused.
        let file = try Descriptor.open(
            name, in: descriptor, flags: [.readWrite, .create, .noFollow, .nonBlocking], mode: 0o640)
        guard try FileStatus.of(file).isRegular else {
            throw SystemError(code: EINVAL, message: "cannot log to \(path)/\(name): it is no regular file; remove it")
        }
        return file
    }

    private func named(_ error: SystemError, _ name: String) -> SystemError {
        error.message.contains(path) ? error : .open("\(path)/\(name)", error.code)
    }

    private func makeAgain() throws(SystemError) {
        var parent = ""
        for part in path.split(separator: "/") {
            parent += "/\(part)"
            let result = invoke(.mkdir) { mkdir(parent, parent == path ? mode : 0o755) }
            guard result >= 0 || result == -EEXIST else { throw .file("make the directory", parent, -result) }
        }
        descriptor = try Descriptor.open(path, flags: [.readOnly, .directory])
    }

    private static func path(of descriptor: Descriptor) throws(SystemError) -> String {
        let link = "/proc/self/fd/\(descriptor.raw)"
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = invoke(.readlink) { readlink(link, &buffer, buffer.count) }
        guard count >= 0 else { throw .file("look at", link, Int32(-count)) }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
