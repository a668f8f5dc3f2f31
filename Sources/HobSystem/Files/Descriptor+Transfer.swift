import CHobSystem
import Glibc

extension Descriptor {
    /// Reads once; 0 at the end of the file, nil when nothing is there yet (EAGAIN).
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        let count = invoke(.read) { Glibc.read(raw, buffer.baseAddress, buffer.count) }
        if count >= 0 { return count }
        if count == -Int(EAGAIN) { return nil }
        throw .transfer("read from", raw, Int32(-count))
    }

    /// Writes once; nil when there is no room yet (EAGAIN).
    package func write(_ buffer: UnsafeRawBufferPointer) throws(SystemError) -> Int? {
        let count = invoke(.write) { Glibc.write(raw, buffer.baseAddress, buffer.count) }
        if count >= 0 { return count }
        if count == -Int(EAGAIN) { return nil }
        throw .transfer("write to", raw, Int32(-count))
    }

    /// Reads at a position; 0 at the end of the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        let count = invoke(.read) { Glibc.pread(raw, buffer.baseAddress, buffer.count, off_t(offset)) }
        guard count >= 0 else { throw .transfer("read from", raw, Int32(-count)) }
        return count
    }

    /// Writes all of it at a position.
    package func writeAll(_ buffer: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
            let count = invoke(.write) { Glibc.pwrite(raw, rest.baseAddress, rest.count, off_t(offset + done)) }
            guard count >= 0 else { throw .transfer("write to", raw, Int32(-count)) }
            done += count
        }
    }

    /// Writes all of it; waits for room when the descriptor is non-blocking and full.
    package func writeAll(_ buffer: UnsafeRawBufferPointer) throws(SystemError) {
        var done = 0
        while done < buffer.count {
            if let count = try write(UnsafeRawBufferPointer(rebasing: buffer[done...])) {
                done += count
            } else {
                _ = wait(for: Int16(POLLOUT), until: nil)
            }
        }
    }

    /// Writes all of the bytes.
    package func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        var failure: SystemError?
        bytes.withUnsafeBytes { buffer in
            do throws(SystemError) { try writeAll(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Writes all of the text.
    package func writeAll(_ text: String) throws(SystemError) {
        try writeAll(Array(text.utf8))
    }

    /// Reads to the end of the file, at most `limit` bytes; more than that is an error.
    package func readAll(limit: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(limit + 1, 16_384))
        while true {
            var failure: SystemError?
            let count = chunk.withUnsafeMutableBytes { buffer -> Int in
                do throws(SystemError) { return try read(into: buffer) ?? 0 } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > limit {
                throw SystemError(code: EFBIG, message: "file descriptor \(raw) holds more than \(limit) bytes")
            }
        }
    }

    /// How many bytes can be read now (FIONREAD).
    package func available() throws(SystemError) -> Int {
        let count = invoke(.ioctl) { hob_available(raw) }
        guard count >= 0 else { throw .transfer("ask for the bytes in", raw, -count) }
        return Int(count)
    }

    /// Makes room for bytes of a file, so that writing them cannot fail for want of it later.
    ///
    /// Where a file system cannot promise that, it is not an error.
    package func allocate(at offset: Int = 0, count: Int, of name: String) throws(SystemError) {
        let result = invoke(.fallocate) {
            let code = posix_fallocate(raw, off_t(offset), off_t(count))
            if code != 0 { errno = code }
            return code == 0 ? Int32(0) : -1
        }
        guard result >= 0 || result == -EOPNOTSUPP || result == -EINVAL else {
            throw .file("reserve \(count) bytes of", name, -result)
        }
    }

    /// Waits until the descriptor can be read; false when the deadline passed.
    package func waitReadable(until deadline: MonotonicTime? = nil) -> Bool {
        wait(for: Int16(POLLIN), until: deadline)
    }

    /// Waits until the descriptor can be written; false when the deadline passed.
    package func waitWritable(until deadline: MonotonicTime? = nil) -> Bool {
        wait(for: Int16(POLLOUT), until: deadline)
    }

    private func wait(for events: Int16, until deadline: MonotonicTime?) -> Bool {
        while true {
            var entry = pollfd(fd: raw, events: events, revents: 0)
            var milliseconds: Int32 = -1
            if let deadline {
                let left = deadline.nanoseconds - MonotonicTime.now().nanoseconds
                milliseconds = left <= 0 ? 0 : Int32(clamping: (left + 999_999) / 1_000_000)
            }
            let count = poll(&entry, 1, milliseconds)
            if count > 0 { return true }
            if count < 0 && errno != EINTR { return true }
            if let deadline, deadline <= MonotonicTime.now() { return false }
        }
    }
}
