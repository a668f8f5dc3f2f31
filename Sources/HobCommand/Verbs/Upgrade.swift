import ArgumentParser
import Glibc
import HobClient
import HobProtocol
import HobSystem

/// `hob upgrade`
struct Upgrade: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put another hobd in the place of the running one; services go on.",
        discussion: """
            The new hobd checks itself first: one that does not run here, or cannot read what the running one has \
            written down, is refused, and the old one goes on. No service is started or stopped, no line is lost.

            Examples:
              $ hob upgrade
              hob: hobd 0.1.0 (pid 4711) has given way to hobd 0.2.0 (pid 4811)
              $ hob upgrade /opt/hob/bin/hobd
            """)

    @Argument(help: "The new hobd; without, the one that belongs to this hob.")
    var hobd: String?

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let launcher = try scope.launcher()
        let connection = try launcher.require()
        let old = connection.greeting
        let path = try hobd.map { try Self.absolute($0) } ?? launcher.executable
        var request = Request(id: connection.makeRequestID(), verb: .upgrade)
        request.targets = [path]
        _ = try connection.perform(request, until: .now() + .seconds(30))
        let deadline = MonotonicTime.now() + .seconds(30)
        _ = connection.waitForEnd(until: deadline)
        while true {
            let new = try launcher.reconnect(until: deadline).greeting
            guard new.pid == old.pid else {
                output.console.note(
                    "hob: hobd \(old.version) (pid \(old.pid)) has given way to hobd \(new.version) (pid \(new.pid))")
                return
            }
            guard MonotonicTime.now() < deadline else {
                throw ClientError(.timedOut, "the old hobd (pid \(old.pid)) is still there; see its log, hobd.log")
            }
            usleep(10_000)
        }
    }

    private static func absolute(_ path: String) throws -> String {
        guard let real = realpath(path, nil) else { throw SystemError.open(path, errno) }
        defer { free(real) }
        return String(cString: real)
    }
}
