import HobSystem

/// A listening socket that all workers of a pool share, by its name; the pool holds it, so no connection is refused
/// while workers come and go.
public struct WorkerListener: Sendable {
    enum Place: Hashable, Sendable {
        case tcp(String)
        case unix(String, mode: UInt32)
        case inherited(Int32)
    }

    /// What workers call it.
    public let name: String
    let place: Place
    private static let backlog: Int32 = 1024

    private init(_ name: String, _ place: Place) {
        self.name = name
        self.place = place
    }

    /// A TCP socket.
    ///
    /// - Parameters:
    ///   - name: what workers call it: letters, digits, `.`, `-` and `_`.
    ///   - address: numeric, like `127.0.0.1:8080` or `[::1]:8080`; port 0 lets the kernel choose.
    public static func tcp(_ name: String, _ address: String) -> WorkerListener {
        WorkerListener(name, .tcp(address))
    }

    /// A Unix socket; a socket that is there already is replaced.
    ///
    /// - Parameters:
    ///   - name: what workers call it: letters, digits, `.`, `-` and `_`.
    ///   - path: the path of the socket.
    ///   - mode: who may connect; 0600, the owner, unless told otherwise.
    public static func unix(_ name: String, path: String, mode: UInt32 = 0o600) -> WorkerListener {
        WorkerListener(name, .unix(path, mode: mode))
    }

    /// A socket that listens already, given by a supervisor; it is made non-blocking, and stays the caller's.
    public static func inherited(_ name: String, descriptor: Int32) -> WorkerListener {
        WorkerListener(name, .inherited(descriptor))
    }

    var isNameUsable: Bool {
        !name.isEmpty && name.utf8.count <= 64
            && name.utf8.allSatisfy { byte in
                (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
                    || [45, 46, 95].contains(byte)
            }
    }

    func bind() throws(SystemError) -> BoundListener {
        switch place {
        case .tcp(let address):
            let socket = try TCPSocket.listen(on: SocketAddress(parsing: address), backlog: Self.backlog)
            return BoundListener(name, socket, address: try SocketAddress.local(of: socket).description)
        case .unix(let path, let mode):
            let (directory, file) = Self.parts(of: path)
            let folder = try Descriptor.open(directory, flags: [.readOnly, .directory])
            let socket = try UnixListener(in: folder, name: file, mode: mode, backlog: Self.backlog).descriptor
            return BoundListener(name, socket, address: path, file: file, in: folder)
        case .inherited(let number):
            let copy = try Descriptor(owning: number).lent { (own) throws(SystemError) in try own.duplicate() }
            try copy.setNonBlocking(true)
            return BoundListener(name, copy, address: (try? SocketAddress.local(of: copy))?.description)
        }
    }

    private static func parts(of path: String) -> (directory: String, file: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = path[..<slash]
        return (directory.isEmpty ? "/" : String(directory), String(path[path.index(after: slash)...]))
    }
}

extension Descriptor {
    /// Lets the body use a number that stays somebody else's.
    fileprivate func lent<Answer>(
        _ body: (Descriptor) throws(SystemError) -> Answer
    ) throws(SystemError) -> Answer {
        defer { _ = release() }
        return try body(self)
    }
}
