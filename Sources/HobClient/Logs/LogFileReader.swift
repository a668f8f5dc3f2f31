import Glibc
package import HobSystem

/// Reads the lines of one log file from front to back, decompressing it by a gzip process where needed.
package struct LogFileReader {
    /// The instance its lines belong to.
    package let instance: String
    private let source: Descriptor
    private let helper: ProcessHandle?
    private let name: String
    private var chunk = [UInt8](repeating: 0, count: 65_536)
    private var position = 0
    private var end = 0
    private var isAtEnd = false
    private var previous: Int64
    private var isFirst = true
    private let modified: Int64

    /// Makes a reader of an open file, which errors call `name`; `previous` is the time of the line before its first.
    package init(
        _ file: Descriptor, named name: String, instance: String, isCompressed: Bool, previous: Int64
    ) throws(SystemError) {
        self.instance = instance
        self.name = name
        self.previous = previous
        modified = try FileStatus.of(file).modified / 1_000_000
        guard isCompressed else {
            source = file
            helper = nil
            return
        }
        let pipe = try Descriptor.pipe()
        var request = SpawnRequest("gzip", ["-dc"])
        request.session = .inherit
        request.descriptors = [
            DescriptorMapping(source: file.raw, target: 0), DescriptorMapping(source: pipe.write.raw, target: 1),
        ]
        do throws(SpawnFailure) {
            helper = try spawn(request).handle
        } catch {
            throw SystemError(
                code: error.code, message: "cannot read \(name): \(error.message)")
        }
        source = pipe.read
    }

    /// The next line; nil at the end of the file.
    package mutating func next() throws(SystemError) -> LogLine? {
        var collected: [UInt8] = []
        while true {
            if position == end {
                guard try fill() else { break }
            }
            let found = chunk.withUnsafeBytes { bytes -> Int? in
                // In bounds: position < end ≤ the chunk's size.
                guard let base = bytes.baseAddress, let hit = memchr(base + position, 0x0A, end - position)
                else { return nil }
                return UnsafeRawPointer(hit) - base
            }
            guard let newline = found else {
                collected += chunk[position..<end]
                position = end
                continue
            }
            collected += chunk[position..<newline]
            position = newline + 1
            return line(collected)
        }
        // The last line of a file may still be without its end.
        return collected.isEmpty ? nil : line(collected)
    }

    private mutating func line(_ bytes: [UInt8]) -> LogLine {
        var line = LogLine(instance: instance, bytes: bytes, previous: previous)
        // A file without stamps counts as written when it was last written to.
        if isFirst, !line.hasStamp { line.time = max(previous, modified) }
        isFirst = false
        previous = line.time
        return line
    }

    private mutating func fill() throws(SystemError) -> Bool {
        guard !isAtEnd else { return false }
        position = 0
        end = 0
        var failure: SystemError?
        let count = chunk.withUnsafeMutableBytes { buffer -> Int in
            do throws(SystemError) { return try source.read(into: buffer) ?? 0 } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        end = count
        if count == 0 {
            isAtEnd = true
            if let helper, helper.waitForExit(), let status = try helper.reap(), !status.isSuccess {
                throw SystemError(code: EIO, message: "\(name) is damaged: gzip \(status)")
            }
        }
        return count > 0
    }
}
