import Foundation
import FoundationNetworking
import HobController

/// Starts an Apache of its own, asks it, changes its configuration, restarts it gracefully and stops it.
///
/// `swift run example-apache` needs Debian's package apache2-bin, and nothing of an Apache that the system runs.
@main
struct ApacheExample {
    static func main() async throws {
        let site = try Site()
        defer { site.remove() }
        try site.publish("first page")

        // apache2 goes into the background by itself and writes its pid file; it can be used when it answers.
        var configuration = DaemonController.Configuration(
            identifier: "apache", pidFile: site.pidFile, startCommand: .words(site.apache("start")),
            ping: .http(url: site.url.absoluteString))
        configuration.logFile = site.errorLog
        configuration.restartCommand = .words(site.apache("graceful"))
        configuration.stopCommand = .words(site.apache("stop"))
        let apache = try DaemonController(configuration)

        let pid = try await apache.start()
        print("Apache runs at \(site.url), pid \(pid)")
        do {
            print("GET / answers: \(try await get(site.url))")
            try site.publish("second page")
            let after = try await apache.restart()
            print("restarted gracefully, \(after == pid ? "the same process" : "another process")")
            print("GET / answers: \(try await get(site.url, until: "second page"))")
        } catch {
            // Whatever goes wrong here, no Apache is left behind.
            _ = try? await apache.stop()
            throw error
        }
        try await apache.stop()
        print("stopped, running: \(try apache.isRunning())")
    }

    /// The body of a page.
    private static func get(_ url: URL) async throws -> String {
        let (body, _) = try await URLSession.shared.data(from: url)
        return String(decoding: body, as: UTF8.self)
    }

    /// The same, until it is this text: while a graceful restart goes on, the old workers may answer a little longer.
    private static func get(_ url: URL, until text: String) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let body = try await get(url)
            if body == text || ContinuousClock.now > deadline { return body }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
