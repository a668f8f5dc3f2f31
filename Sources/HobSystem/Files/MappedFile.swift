import CHobSystem
import Glibc

/// A file of fixed size, mapped MAP_SHARED: what is stored there survives the process that stored it.
///
/// @unchecked Sendable: base and size never change; who shares the bytes between threads orders the accesses.
package final class MappedFile: @unchecked Sendable {
    /// The first byte.
    package let base: UnsafeMutableRawPointer
    /// How many bytes there are.
    package let size: Int
    /// The file.
    package let descriptor: Descriptor

    /// Opens or makes the file, gives it the size and maps it; all pages are there before it returns.
    package init(
        _ name: String, in directory: Descriptor, size: Int, mode: UInt32 = 0o600
    ) throws(SystemError) {
        precondition(size > 0, "a mapping has at least one byte")
        descriptor = try Descriptor.open(
            name, in: directory, flags: [.readWrite, .create, .noFollow], mode: mode)
        let present = try FileStatus.of(descriptor)
        guard present.isRegular else {
            throw SystemError(code: EINVAL, message: "cannot map \(name): it is no regular file; remove it")
        }
        if present.size != size { try descriptor.truncate(to: size) }
        // Blocks are reserved now: a full tmpfs is an error here and not a SIGBUS in the middle of a store.
        let reserved = invoke(.ftruncate) { [descriptor] in
            let code = posix_fallocate(descriptor.raw, 0, off_t(size))
            if code != 0 { errno = code }
            return code == 0 ? Int32(0) : -1
        }
        guard reserved >= 0 || reserved == -EOPNOTSUPP || reserved == -EINVAL else {
            throw .file("reserve \(size) bytes for", name, -reserved)
        }
        var address: UnsafeMutableRawPointer?
        let mapped = invoke(.mmap) { [descriptor] in
            address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.raw, 0)
            return address == UnsafeMutableRawPointer(bitPattern: -1) || address == nil ? Int32(-1) : 0
        }
        guard mapped >= 0, let address else { throw .file("map", name, -mapped) }
        base = address
        self.size = size
    }

    deinit {
        munmap(base, size)
    }

    /// All bytes of the file; valid only as long as this object lives.
    package var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: base, count: size) }

    /// Runs the body with all bytes of the file and keeps the mapping alive meanwhile.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(bytes)
    }
}
