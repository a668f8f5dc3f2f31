public import Distributed
import Glibc
public import HobLink

/// What the tests call, in this process and in another.
public distributed actor Lister {
    /// The link.
    public typealias ActorSystem = LinkSystem

    private var count = 0
    private let gate: Gate

    /// Makes one that waits at this gate.
    public init(gate: Gate = Gate(), actorSystem: LinkSystem) {
        self.gate = gate
        self.actorSystem = actorSystem
    }

    /// The text.
    public distributed func echo(_ text: String) -> String { text }
    /// The sum.
    public distributed func add(_ left: Int, _ right: Int) -> Int { left + right }
    /// The bytes.
    public distributed func bytes(_ bytes: [UInt8]) -> [UInt8] { bytes }
    /// So many zeros.
    public distributed func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
    /// Counts.
    public distributed func note() { count += 1 }
    /// How often was counted.
    public distributed func notes() -> Int { count }
    /// The process.
    public distributed func pid() -> Int32 { getpid() }
    /// Throws an error that both sides know.
    public distributed func fail(_ text: String) throws { throw KnownFailure(text: text) }
    /// Throws one that only this side knows.
    public distributed func failOddly() throws { throw OddFailure.odd }
    /// Cannot be called over a link.
    public distributed func generic<Value: Codable & Sendable>(_ value: Value) -> Value { value }

    /// Waits until the gate is opened or the task is cancelled.
    public distributed func wait() async throws {
        count += 1
        try await gate.pass()
    }

    /// Ends only when it is cancelled, or with its process.
    public distributed func hang() async throws {
        count += 1
        try await Gate(isOpen: false).pass()
    }

    /// Calls another, as a daemon in the middle does.
    public distributed func forward(_ text: String, to address: String) async throws -> String {
        let other = try actorSystem.actor(Lister.self, named: "lister", at: LinkAddress(address))
        try await gate.pass()
        return try await other.echo(text)
    }
}

/// Another type, with a function that a Lister has not.
public distributed actor Stranger {
    /// The link.
    public typealias ActorSystem = LinkSystem
    private let secret = 42

    /// The secret.
    public distributed func tell() -> Int { secret }

    /// A type within a type.
    public distributed actor Inner {
        /// The link.
        public typealias ActorSystem = LinkSystem
        private let secret = 43

        /// The secret.
        public distributed func tell() -> Int { secret }
    }
}

/// An error that both sides know.
public struct KnownFailure: Error, Codable, Equatable {
    /// What went wrong.
    public var text: String

    /// Makes one.
    public init(text: String) {
        self.text = text
    }
}

/// An error that stays where it is.
public enum OddFailure: Error { case odd }
