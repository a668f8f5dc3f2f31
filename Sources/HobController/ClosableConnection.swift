/// What a ``Ping/connection(_:)`` closure opens, so that it can be closed again.
public protocol ClosableConnection {
    /// Closes it; an error is ignored.
    func close() throws
}
