/// How to find out whether the daemon can be used.
public enum Ping: Sendable {
    /// A TCP connection is accepted. Every address of the host is tried side by side: `localhost` is 127.0.0.1 and ::1.
    case tcp(host: String, port: UInt16)
    /// The Unix stream socket at this path accepts a connection; that there is none means "not there".
    case unix(path: String)
    /// `GET` of an `http://` URL is answered with a status from 200 to 399.
    case http(url: String)
    /// The command exits with 0. One that hangs counts as unanswered after 5 s and is ended with its tree.
    case command(Command)
    /// The closure answers true; false, or any error, means "not there". It runs on a thread of its own.
    case check(@Sendable () async throws -> Bool)
    /// The closure opens a connection, which is closed again (an error in closing it is ignored); nil, or any error,
    /// means "not there". It runs on a thread of its own.
    case connection(@Sendable () async throws -> (any ClosableConnection)?)
}
