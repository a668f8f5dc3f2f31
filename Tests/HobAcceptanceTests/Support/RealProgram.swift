import HobSystem
import HobTestKit
import Testing

/// A daemon that nobody here wrote, and how to see from outside that it works.
struct RealProgram: Sendable, CustomTestStringConvertible {
    /// The service's name in hob.yml.
    let name: String
    /// What must be installed for it.
    let executables: [String]
    /// Its keys in hob.yml, besides those that all have.
    let service: @Sendable (RealProgramPlace) throws -> String
    /// Files of the project that it reads.
    var files: @Sendable (RealProgramPlace) -> [String: String] = { _ in [:] }
    /// Lines of the shell script that runs before each start.
    var preparation: @Sendable (RealProgramPlace) -> String = { _ in "" }
    /// Asks it something that only this program, working, answers so.
    let answer: @Sendable (RealProgramPlace) throws -> String
    /// What the answer is like.
    let expected: String
    /// The file to change, its new text, and the answer after a reload; nil for a program that knows no reload.
    var reload: RealProgramReload?
    /// Whether its main process has children that it leaves behind when it is killed.
    var hasWorkers = false

    var testDescription: String { name }

    /// All that are kept alive in the test.
    static let all = [redis, nginx, postgresql, memcached, pythonServer, nodeServer]
}

/// Where one of them runs in one test.
struct RealProgramPlace: Sendable {
    /// The project's directory.
    let directory: String
    /// The port it listens on.
    let port: UInt16
}

/// A change of configuration, and what shows that it has been read.
struct RealProgramReload: Sendable {
    let file: String
    let text: @Sendable (RealProgramPlace) -> String
    let expected: String
}
