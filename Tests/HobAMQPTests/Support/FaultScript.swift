/// What goes wrong on one connection through a ``FaultProxy``, and at which byte.
///
///     FaultScript([.after(17, .toClient, .reset)])     // the client gets 17 bytes and then a reset
struct FaultScript: Sendable, Hashable {
    /// Which way bytes go.
    enum Direction: Int, Sendable, Hashable, CaseIterable {
        /// From the client to the server.
        case toServer
        /// From the server to the client.
        case toClient

        /// The way back.
        var opposite: Direction {
            switch self {
            case .toServer: .toClient
            case .toClient: .toServer
            }
        }
    }

    /// What can go wrong.
    enum Fault: Sendable, Hashable {
        /// Both ends get a reset (RST).
        case reset
        /// Both ends get an end (FIN); what they still send is thrown away.
        case close
        /// The receiver of this direction gets an end (FIN), and what its sender still sends is thrown away; the other
        /// direction goes on.
        case halfClose
        /// This direction stands still and nobody reads from its sender, until ``pass``.
        case stall
        /// Both directions swallow everything, ends and resets included, while both connections stay open: the way of a
        /// peer whose cable was pulled. ``pass`` lets through what comes later.
        case blackHole
        /// What comes in this direction is passed on so much later, its end included.
        case delay(Duration)
        /// This direction goes byte by byte, each a packet of its own, at least so far apart.
        case trickle(every: Duration)
        /// Nothing goes wrong in this direction any more.
        case pass
    }

    /// A fault and its place.
    struct Step: Sendable, Hashable {
        var direction: Direction
        /// So many bytes of this direction are delivered before it.
        var offset: Int
        var fault: Fault

        /// This fault, as soon as exactly so many bytes have been passed on in this direction; 0 is at once.
        static func after(_ offset: Int, _ direction: Direction, _ fault: Fault) -> Step {
            Step(direction: direction, offset: offset, fault: fault)
        }
    }

    /// In the order in which they happen where they have the same place.
    var steps: [Step]
    /// Whether what is passed on is kept.
    var isRecorded = false

    /// A script of these steps; without any, everything is passed on.
    init(_ steps: [Step] = []) {
        self.steps = steps
    }

    /// One fault at one place.
    static func after(_ offset: Int, _ direction: Direction, _ fault: Fault) -> FaultScript {
        FaultScript([.after(offset, direction, fault)])
    }

    /// The steps of one direction by their place.
    func steps(_ direction: Direction) -> [Step] {
        steps.enumerated().filter { $0.element.direction == direction }
            .sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }.map(\.element)
    }
}
