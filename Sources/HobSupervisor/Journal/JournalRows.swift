import Glibc
import HobSupervisorCore
import HobSystem

/// A file of rows, each with two copies of an entry; see ``JournalRow``.
///
/// Written with pwrite(2) and not through a mapping: so the rows of a thousand instances are no memory of ours.
final class JournalRows {
    /// An entry as it was found.
    struct Found {
        var row: Int
        /// The number of its batch.
        var batch: UInt64
        var body: [UInt8]
    }

    private let file: Descriptor
    private let name: String
    private let copySize: Int
    private var rows: [JournalRow] = []
    private var reserved = 0
    private let buffer: UnsafeMutableRawBufferPointer

    /// Opens or makes the file; an earlier life's rows are kept on request.
    init(_ name: String, in directory: Descriptor, copySize: Int, keeping: Bool) throws(SystemError) {
        self.name = name
        self.copySize = copySize
        buffer = .allocate(byteCount: copySize, alignment: 16)
        file = try Descriptor.open(name, in: directory, flags: [.readWrite, .create, .noFollow], mode: 0o600)
        if !keeping { try file.truncate(to: 0) }
        reserved = try FileStatus.of(file).size / (2 * copySize)
        rows = Array(repeating: JournalRow(), count: reserved)
    }

    deinit {
        buffer.deallocate()
    }

    /// Makes room, so that no write of these rows can fail for want of it.
    func reserve(_ count: Int) throws(SystemError) {
        guard count > reserved else { return }
        // In steps: one system call for many rows that come one by one.
        let wanted = (count + 63) / 64 * 64
        try file.allocate(count: wanted * 2 * copySize, of: name)
        rows.append(contentsOf: repeatElement(JournalRow(), count: wanted - reserved))
        reserved = wanted
    }

    /// Writes an entry as part of a batch; none frees the row.
    func store(_ row: Int, batch: UInt64, _ body: (UnsafeMutableRawBufferPointer) -> Int) throws(SystemError) {
        if row >= reserved { try reserve(row + 1) }
        let length = body(UnsafeMutableRawBufferPointer(rebasing: buffer[JournalRow.headerSize...]))
        let index = rows[row].target(of: batch)
        JournalRow.seal(buffer, length: length, batch: batch)
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(JournalRow.headerSize + length)])
        try file.writeAll(bytes, at: (row * 2 + index) * copySize)
    }

    /// Reads all rows, and erases what a batch left that never came to count.
    ///
    /// - Returns: the entries, and the numbers of rows that were written and cannot be read.
    func load(committed: UInt64) throws(SystemError) -> (found: [Found], damaged: [Int]) {
        var found: [Found] = []
        var damaged: [Int] = []
        let bytes = try Self.readAll(file, count: reserved * 2 * copySize)
        for row in 0..<reserved {
            let start = row * 2 * copySize
            guard start + 2 * copySize <= bytes.count else { break }
            var dead: [Int] = []
            bytes.withUnsafeBytes { all in
                let first = UnsafeRawBufferPointer(rebasing: all[start..<(start + copySize)])
                let second = UnsafeRawBufferPointer(rebasing: all[(start + copySize)..<(start + 2 * copySize)])
                do throws(ByteReader.Damaged) {
                    let loaded = try rows[row].load((first, second), committed: committed)
                    dead = loaded.dead
                    if let body = loaded.body {
                        found.append(Found(row: row, batch: loaded.batch, body: Array(body)))
                    }
                } catch {
                    damaged.append(row)
                }
            }
            for index in dead { try erase(row, index) }
        }
        return (found, damaged)
    }

    private func erase(_ row: Int, _ index: Int) throws(SystemError) {
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        let header = UnsafeRawBufferPointer(rebasing: buffer[..<JournalRow.headerSize])
        try file.writeAll(header, at: (row * 2 + index) * copySize)
    }

    private static func readAll(_ file: Descriptor, count: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var failure: SystemError?
        bytes.withUnsafeMutableBytes { buffer in
            var done = 0
            do throws(SystemError) {
                while done < count {
                    let read = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]), at: done)
                    if read == 0 { break }
                    done += read
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
