/// What an actor of a link is known by: a number in its own process, address and name in others.
public struct LinkActorID: Hashable, Sendable, CustomStringConvertible {
    enum Place: Hashable, Sendable {
        case here(UInt64)
        case there(LinkAddress, name: String)
    }

    let place: Place

    /// Where it is, for people.
    public var description: String {
        switch place {
        case .here(let number): "actor \(number) of this process"
        case .there(let address, let name): "\(name) at \(address)"
        }
    }
}
