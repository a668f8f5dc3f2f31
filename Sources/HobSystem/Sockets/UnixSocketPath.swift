import CHobSystem
import Glibc

/// The way to a socket through its directory's descriptor, so that the length of the directory's path is no matter.
package enum UnixSocketPath {
    // sun_path has 108 bytes; "/proc/self/fd/2147483647/" takes 25 of them and the final zero one.
    /// How many bytes a socket's name in its directory may have.
    package static let longestName = 82

    static func address(of name: String, in directory: Descriptor) throws(SystemError) -> hob_address {
        guard !name.isEmpty, name.utf8.count <= longestName, !name.contains("/"), !name.utf8.contains(0) else {
            throw .socket("use the socket name", "\"\(name)\"", name.utf8.count > longestName ? ENAMETOOLONG : EINVAL)
        }
        return try address(of: "/proc/self/fd/\(directory.raw)/\(name)")
    }

    static func address(of path: String) throws(SystemError) -> hob_address {
        var address = hob_address()
        address.kind = Int32(HOB_ADDRESS_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.path), !bytes.isEmpty, !bytes.contains(0) else {
            throw .socket("use the socket path", path, bytes.isEmpty ? EINVAL : ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.path) { $0.copyBytes(from: bytes) }
        return address
    }
}
