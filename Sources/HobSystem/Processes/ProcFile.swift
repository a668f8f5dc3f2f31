import CHobSystem
import Glibc

/// Reads files under /proc without a String or an array: stop scans do it for every process of the machine.
enum ProcFile {
    /// Reads /proc/PID/NAME (at most 4,095 bytes of it) and hands the bytes to the body; nil when it cannot be read.
    static func read<Result>(
        _ pid: Int32, _ name: StaticString, _ body: (UnsafeRawBufferPointer) -> Result?
    ) -> Result? {
        var failure: Int32 = 0
        return read(pid, name, failure: &failure, body)
    }

    /// The same for who must tell "there is no such process" from "nobody can look": the latter throws.
    static func readSurely<Result>(
        _ pid: Int32, _ name: StaticString, _ body: (UnsafeRawBufferPointer) -> Result?
    ) throws(SystemError) -> Result? {
        var failure: Int32 = 0
        let result = read(pid, name, failure: &failure, body)
        guard failure == 0 || [ENOENT, ESRCH].contains(failure) else {
            throw .file("read", "/proc/\(pid)/\(name)", failure)
        }
        return result
    }

    private static func read<Result>(
        _ pid: Int32, _ name: StaticString, failure: inout Int32, _ body: (UnsafeRawBufferPointer) -> Result?
    ) -> Result? {
        var code: Int32 = 0
        let result = withPath(pid, name) { path -> Result? in
            let file = open(path, O_RDONLY)
            guard file >= 0 else {
                code = -file
                return nil
            }
            defer { close(file) }
            return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer -> Result? in
                let count = invoke(.read) { Glibc.read(file, buffer.baseAddress, 4095) }
                guard count > 0 else {
                    code = Int32(-count)
                    return nil
                }
                return body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
        failure = code
        return result
    }

    /// Opens a file or directory of /proc, from the reserve when descriptors are used up; the negated errno on failure.
    static func open(_ path: UnsafePointer<CChar>, _ flags: Int32) -> Int32 {
        let file = invoke(.open) { hob_open_at(AT_FDCWD, path, flags, 0) }
        guard file == -EMFILE else { return file }
        return ProcessLimits.withReserve { invoke(.open) { hob_open_at(AT_FDCWD, path, flags, 0) } }
    }

    /// Builds "/proc/PID/NAME" on the stack.
    static func withPath<Result>(
        _ pid: Int32, _ name: StaticString, _ body: (UnsafePointer<CChar>) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 24 + name.utf8CodeUnitCount) { buffer in
            var end = 0
            func append(_ byte: UInt8) {
                buffer[end] = CChar(bitPattern: byte)
                end += 1
            }
            for byte in "/proc/".utf8 { append(byte) }
            var divisor: Int32 = 1
            while pid / divisor >= 10 { divisor *= 10 }
            while divisor > 0 {
                append(UInt8(48 + (pid / divisor) % 10))
                divisor /= 10
            }
            append(47)
            name.withUTF8Buffer { bytes in for byte in bytes { append(byte) } }
            append(0)
            // The buffer is not empty, so it has a base address.
            return body(UnsafePointer(buffer.baseAddress!))
        }
    }

    /// The decimal number at a position, which is moved behind it.
    static func number(in bytes: UnsafeRawBufferPointer, at position: inout Int) -> UInt64? {
        while position < bytes.count, bytes[position] == 32 || bytes[position] == 9 { position += 1 }
        var value: UInt64 = 0
        let start = position
        while position < bytes.count, case let digit = bytes[position] &- 48, digit < 10 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product &+ UInt64(digit)
            position += 1
        }
        return position > start ? value : nil
    }

    /// The pid that a name of /proc stands for.
    static func pid(named name: UnsafePointer<CChar>) -> Int32? {
        var value: Int32 = 0
        var position = 0
        while name[position] != 0 {
            guard let digit = Int32(exactly: name[position] - 48), (0...9).contains(digit), value < 100_000_000 else {
                return nil
            }
            value = value * 10 + digit
            position += 1
        }
        return position > 0 ? value : nil
    }
}
