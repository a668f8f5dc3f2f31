import Glibc
import HobSupervisorCore
import HobSystem
import Testing

/// Reads the numbered lines of a flood from the finished files and the current one, in order, and says what is wrong.
struct NumberedLines {
    /// How many lines there are.
    private(set) var count = 0
    private(set) var problems: [String] = []
    private(set) var files: [String] = []
    /// The size of the largest file.
    private(set) var largest = 0

    /// Checks the lines of an instance: number after number, from 1, each of `width` bytes behind its stamp.
    init(of instance: String, in logs: Descriptor, width: Int) throws {
        let finished = try logs.names().compactMap { LogFileName($0, of: instance) }
        files = finished.sorted { $0.sequence < $1.sequence }.map { $0.text(of: instance) }
        files.append(LogFileName.current(of: instance))
        for name in files {
            guard let file = try? Descriptor.open(name, in: logs) else { continue }
            let size = try FileStatus.of(file).size
            largest = max(largest, size)
            guard size > 0, let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, file.raw, 0) else { continue }
            defer { munmap(base, size) }
            check(UnsafeRawPointer(base), size, width + LogTimestamp.length, name)
        }
    }

    // Raw steps: in a debug build an array's checks would take minutes.
    private mutating func check(_ base: UnsafeRawPointer, _ size: Int, _ length: Int, _ name: String) {
        var position = 0
        while position < size {
            let line = base + position
            let rest = size &- position
            guard let end = memchr(line, 0x0a, rest) else {
                note("\(name): \(rest) bytes without a line end at \(position)")
                return
            }
            let found = UnsafeRawPointer(end) - line + 1
            var number = 0
            if found == length {
                var index = LogTimestamp.length
                while index < LogTimestamp.length &+ 10 {
                    number = number &* 10 &+ Int(line.load(fromByteOffset: index, as: UInt8.self)) &- 48
                    index &+= 1
                }
            }
            count &+= 1
            if number != count {
                note("\(name) at \(position): \(found) bytes of \(length), number \(number) and not \(count)")
                count = number
            }
            position &+= found
        }
    }

    private mutating func note(_ problem: String) {
        if problems.count < 5 { problems.append(problem) }
    }
}
