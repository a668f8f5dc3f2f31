/// One parser that meets bytes from outside, and what must hold for any bytes at all.
package struct FuzzTarget: Sendable {
    /// Its name, which is also its directory in `Fuzz/`.
    package let name: String
    /// Feeds the parser; throws when a promise does not hold. That it never traps is the first promise.
    package let check: @Sendable (_ bytes: [UInt8]) throws(FuzzFinding) -> Void

    /// Every target.
    package static let all: [FuzzTarget] = [
        FuzzTarget(name: "control", check: ControlBytes.check),
        FuzzTarget(name: "reply", check: ReplyBytes.check),
        FuzzTarget(name: "notify", check: NotifyBytes.check),
        FuzzTarget(name: "state", check: StateBytes.check),
        FuzzTarget(name: "journal", check: JournalBytes.check),
        FuzzTarget(name: "config", check: ConfigurationBytes.check),
        FuzzTarget(name: "daemon", check: DaemonBytes.check),
        FuzzTarget(name: "dotenv", check: VariableBytes.check),
        FuzzTarget(name: "amqp-frame", check: AMQPFrameBytes.check),
        FuzzTarget(name: "amqp-table", check: AMQPTableBytes.check),
        FuzzTarget(name: "amqp-method", check: AMQPMethodBytes.check),
        FuzzTarget(name: "amqp-content", check: AMQPContentBytes.check),
        FuzzTarget(name: "amqp-url", check: AMQPURLBytes.check),
        FuzzTarget(name: "zone", check: ZoneBytes.check),
        FuzzTarget(name: "schedule", check: ScheduleBytes.check),
        FuzzTarget(name: "message", check: MessageBytes.check),
        FuzzTarget(name: "link", check: LinkBytes.check),
    ]

    /// The target of this name.
    package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// A promise that some bytes have broken.
package struct FuzzFinding: Error, Hashable, CustomStringConvertible {
    /// What does not hold.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws a finding unless the condition holds.
func promise(_ condition: Bool, _ what: @autoclosure () -> String) throws(FuzzFinding) {
    guard condition else { throw FuzzFinding(what()) }
}
