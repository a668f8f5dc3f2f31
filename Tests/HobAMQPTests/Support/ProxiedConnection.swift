/// What a ``FaultProxy`` tells of one connection.
struct ProxiedConnection: Sendable, Hashable {
    /// Its place in the order of arrival, from 0.
    var number: Int
    /// Bytes passed on to the server.
    var bytesToServer = 0
    /// Bytes passed on to the client.
    var bytesToClient = 0
    /// The faults that have happened, in order.
    var faults: [FaultScript.Fault] = []
    /// Whether both ends have let go of it, or were made to.
    var isOver = false

    /// What was passed on to the server and to the client, where the script has it recorded.
    var record: [[UInt8]] = [[], []]

    /// Bytes passed on in this direction.
    func bytes(_ direction: FaultScript.Direction) -> Int {
        switch direction {
        case .toServer: bytesToServer
        case .toClient: bytesToClient
        }
    }
}
