package import HobSystem

/// The directory with the log files of a scope, read without the supervisor's help.
package struct LogDirectory: Sendable {
    /// A finished file: its number and its name.
    package struct Finished: Hashable, Sendable {
        /// The number, counting up.
        package var sequence: Int
        /// The name in the directory.
        package var name: String
        /// Whether it is compressed.
        package var isCompressed: Bool
    }

    /// The files of one instance at one moment, oldest first.
    package struct Files: Sendable {
        /// The instance.
        package var instance: String
        /// The finished files.
        package var finished: [Finished]
        /// The file being written; nil when there is none.
        package var current: Descriptor?
    }

    /// The directory.
    package let descriptor: Descriptor

    /// Opens the directory at a path.
    package init(_ path: String) throws(SystemError) {
        descriptor = try Descriptor.open(path, flags: [.readOnly, .directory])
    }

    /// The instances that have a log, in the order of their names and numbers.
    package func instances() throws(SystemError) -> [String] {
        let names = try descriptor.names()
        return Set(names.compactMap { LogFileName(parsing: $0)?.instance }).sorted(by: Self.isBefore)
    }

    /// The files of one instance.
    package func files(of instance: String) throws(SystemError) -> Files {
        // The current file is opened first: whatever is renamed after that is recognised by its inode, so that
        // nothing is missed and nothing comes twice.
        let current = openIfPresent("\(instance).log")
        let inode = try current.map { (file) throws(SystemError) in try FileStatus.of(file).inode }
        var finished: [Int: Finished] = [:]
        for name in try descriptor.names() {
            guard let parsed = LogFileName(parsing: name), parsed.instance == instance, let sequence = parsed.sequence
            else { continue }
            if let inode, let status = try? FileStatus.of(name, in: descriptor), status.inode == inode { continue }
            // While a file is being compressed both forms are there; the plain one is whole for certain.
            if finished[sequence] != nil, parsed.isCompressed { continue }
            finished[sequence] = Finished(sequence: sequence, name: name, isCompressed: parsed.isCompressed)
        }
        return Files(
            instance: instance, finished: finished.values.sorted { $0.sequence < $1.sequence }, current: current)
    }

    /// Opens a file that may have gone since its name was read.
    package func openIfPresent(_ name: String) -> Descriptor? {
        try? Descriptor.open(name, in: descriptor, flags: [.readOnly, .noFollow, .nonBlocking])
    }

    /// The order of instances: by service, then by number, so that `web@10` follows `web@9`.
    package static func isBefore(_ left: String, _ right: String) -> Bool {
        func key(_ name: String) -> (String, Int) {
            let service = LogFileName.service(of: name)
            return (service, Int(name.dropFirst(service.count + 1)) ?? 0)
        }
        return key(left) < key(right)
    }
}
