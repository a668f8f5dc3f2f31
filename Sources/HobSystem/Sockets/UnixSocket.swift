import CHobSystem
import Glibc

/// Unix sockets in a directory that is held by its descriptor.
package enum UnixSocket {
    /// Connects a stream to the socket of this name; the descriptor is non-blocking.
    package static func connect(in directory: Descriptor, name: String) throws(SystemError) -> Descriptor {
        try connect(try UnixSocketPath.address(of: name, in: directory), name, datagram: false)
    }

    /// Connects to the socket at this path (at most 107 bytes), a stream unless said otherwise; the descriptor is
    /// non-blocking.
    package static func connect(path: String, datagram: Bool = false) throws(SystemError) -> Descriptor {
        try connect(try UnixSocketPath.address(of: path), path, datagram: datagram)
    }

    private static func connect(
        _ address: hob_address, _ name: String, datagram: Bool
    ) throws(SystemError) -> Descriptor {
        let socket = try make(datagram: datagram)
        var address = address
        let result = invoke(.connect) { hob_connect(socket.raw, &address) }
        guard result >= 0 else { throw .socket("connect to", name, -result) }
        return socket
    }

    static func make(datagram: Bool) throws(SystemError) -> Descriptor {
        try Descriptor.made("a Unix socket", invoke(.socket) { hob_socket(Int32(HOB_ADDRESS_UNIX), datagram ? 1 : 0) })
    }

    static func bound(
        in directory: Descriptor, name: String, mode: UInt32, datagram: Bool
    ) throws(SystemError) -> Descriptor {
        var address = try UnixSocketPath.address(of: name, in: directory)
        if let present = try? FileStatus.of(name, in: directory) {
            guard present.isSocket else { throw .file("replace", "\(name), which is no socket", EEXIST) }
            try directory.remove(name)
        }
        let socket = try make(datagram: datagram)
        // The file gets the socket's mode at birth, so it is never open to more people; the umask may take bits away.
        try socket.changeMode(mode)
        let result = invoke(.bind) { hob_bind(socket.raw, &address) }
        guard result >= 0 else { throw .socket("bind", name, -result) }
        let change = invoke(.chmod) { fchmodat(directory.raw, name, mode, 0) }
        guard change >= 0 else { throw .file("change the mode of", name, -change) }
        return socket
    }
}
