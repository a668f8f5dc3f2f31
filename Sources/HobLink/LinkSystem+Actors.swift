public import Distributed

/// What the compiler's code asks of an actor system.
extension LinkSystem {
    /// Nil for an actor of another process, which gets a stand-in; an exported actor of this one.
    public func resolve<Act: DistributedActor>(id: ActorID, as actorType: Act.Type) throws -> Act?
    where Act.ID == ActorID {
        switch id.place {
        case .there: return nil
        case .here:
            if let actor = exported(number: id) as? Act { return actor }
            throw LinkError(.badUse, "\(id) is not exported as a \(actorType)")
        }
    }

    /// A new number.
    public func assignID<Act: DistributedActor>(_ actorType: Act.Type) -> ActorID where Act.ID == ActorID {
        LinkActorID(place: .here(nextNumber()))
    }

    /// Needs nothing: what is exported is kept, and nothing else.
    public func actorReady<Act: DistributedActor>(_ actor: Act) where Act.ID == ActorID {}

    /// Needs nothing: only exported actors are known, and those do not end.
    public func resignID(_ id: ActorID) {}

    /// Something to write arguments with.
    public func makeInvocationEncoder() -> LinkInvocationEncoder {
        LinkInvocationEncoder(limit: configuration.frameLimit)
    }
}
