import Glibc

/// Milliseconds of CLOCK_MONOTONIC, the clock that tests compare with.
func monotonicMilliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

/// Writes all bytes, unbuffered, so that a killed fixture has said what it said.
@discardableResult
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0 {
            if errno == EINTR { continue }
            if errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wait, 1, -1)
                continue
            }
            return false
        }
        rest = rest.dropFirst(count)
    }
    return true
}

/// Writes a text to a descriptor.
@discardableResult
func writeText(_ text: String, to descriptor: Int32 = STDOUT_FILENO) -> Bool {
    var text = text
    return text.withUTF8 { writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
}

/// Appends one line with a single write, so that lines of several processes never mix.
func appendLine(_ line: String, to path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
        writeText("hob-fixture: cannot append to \(path): \(String(cString: strerror(errno)))\n", to: STDERR_FILENO)
        exit(73)
    }
    writeText(line + "\n", to: descriptor)
    close(descriptor)
}
