import Glibc
import HobProtocol
import HobSupervisorCore
import HobSystem

/// All definitions that an instance or a service of the journal may name: lines that are only ever appended.
///
///     12 {"name":"web",…}
///      0 {"environment":[…]}      the base environment of all
final class DefinitionLog {
    static let name = "journal.definitions"
    static let nextName = "journal.definitions.next"

    private let directory: Descriptor
    private var file: Descriptor
    private var size: Int
    private var reserved: Int

    /// Opens or makes the file; an earlier life's lines are kept on request.
    init(in directory: Descriptor, keeping: Bool) throws(SystemError) {
        self.directory = directory
        file = try Descriptor.open(Self.name, in: directory, flags: [.readWrite, .create, .noFollow], mode: 0o600)
        if !keeping { try file.truncate(to: 0) }
        size = 0
        reserved = 0
    }

    /// Makes room for so many more bytes.
    func reserve(_ bytes: Int) throws(SystemError) {
        guard size + bytes > reserved else { return }
        try file.allocate(count: size + bytes, of: Self.name)
        reserved = size + bytes
    }

    /// Appends lines with one write.
    func append(_ definitions: [(number: UInt64, line: [UInt8])]) throws(SystemError) {
        guard !definitions.isEmpty else { return }
        var bytes: [UInt8] = []
        for (number, line) in definitions {
            bytes.append(contentsOf: "\(number) ".utf8)
            bytes.append(contentsOf: line)
            if line.last != 0x0A { bytes.append(0x0A) }
        }
        try write(bytes, to: file, at: size)
        size += bytes.count
    }

    private func write(_ bytes: [UInt8], to file: Descriptor, at offset: Int) throws(SystemError) {
        var failure: SystemError?
        bytes.withUnsafeBytes { buffer in
            do throws(SystemError) { try file.writeAll(buffer, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Whether the file is long enough to be worth the while of writing it anew.
    var isLong: Bool { size > 256 * 1_024 }

    /// Replaces everything by the lines that are needed now; false when that did not work, which changes nothing.
    func replace(by live: [(number: UInt64, line: [UInt8])]) -> Bool {
        do throws(SystemError) {
            let next = try Descriptor.open(
                Self.nextName, in: directory, flags: [.readWrite, .create, .truncate, .noFollow], mode: 0o600)
            let old = (file, size, reserved)
            (file, size, reserved) = (next, 0, 0)
            do throws(SystemError) {
                try append(live)
                try directory.rename(Self.nextName, to: Self.name)
                return true
            } catch {
                // The long file is as good as the short one.
                (file, size, reserved) = old
                return false
            }
        } catch {
            return false
        }
    }

    /// What was read of an earlier life.
    struct Contents {
        var environment: [String] = []
        var definitions: [UInt64: ServiceDefinition] = [:]
    }

    /// Reads the lines; one that is cut short was never named by anybody.
    ///
    /// - Parameter wanted: the numbers that are named; others are passed over.
    func load(_ wanted: Set<UInt64>) throws -> Contents {
        let bytes = try file.readAll(limit: 512 << 20)
        var contents = Contents()
        let end = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        for line in bytes[..<end].split(separator: 0x0A) {
            guard let space = line.firstIndex(of: 0x20),
                let number = UInt64(String(decoding: line[..<space], as: UTF8.self))
            else { continue }
            let rest = Array(line[(space + 1)...])
            if number == 0 {
                contents.environment = try JSONObjectReader(JSONReader.read(rest), as: "journal").texts("environment")
            } else if wanted.contains(number) {
                contents.definitions[number] = try ServiceDefinition(json: JSONReader.read(rest))
            }
        }
        size = end
        return contents
    }
}
