import HobSupervisorCore
import Testing

@Suite struct ReadinessTests {
    private func endpoints(_ text: String, _ lines: String = "") throws -> [String] {
        let service = try web("ready: { tcp: \(text) }\n" + lines)
        guard case .tcp(let endpoints) = service.readiness.kind else { return ["not tcp"] }
        return endpoints.map { "\($0.address) \($0.port.resolved(for: service.identity(of: 2)))" }
    }

    @Test(arguments: [
        ("8080", ["127.0.0.1 8080", "::1 8080"]),
        ("\":8080\"", ["127.0.0.1 8080", "::1 8080"]),
        ("\"localhost:8080\"", ["127.0.0.1 8080", "::1 8080"]),
        ("127.0.0.1:8080", ["127.0.0.1 8080"]),
        ("\"[::1]:8080\"", ["::1 8080"]),
        ("dual.internal:80", ["10.0.0.8 80", "fd00::8 80"]),
        ("\"db.internal:${PORT}\"", ["10.0.0.7 5001"]),
        ("\"${PORT}\"", ["127.0.0.1 5001", "::1 5001"]),
        ("\"10${INSTANCE}\"", ["127.0.0.1 102", "::1 102"]),
    ])
    func `tcp: both loopback addresses, numbers, and names that are resolved here`(text: String, expected: [String])
        throws
    {
        #expect(try endpoints(text, "port: 5000\ninstances: 2") == expected)
    }

    @Test(arguments: [
        ("http://localhost:8080/healthz", "localhost:8080", "/healthz", ["127.0.0.1 8080", "::1 8080"]),
        ("http://db.internal", "db.internal", "/", ["10.0.0.7 80"]),
        ("http://db.internal?x=1#part", "db.internal", "/?x=1", ["10.0.0.7 80"]),
        ("http://[::1]/a", "[::1]", "/a", ["::1 80"]),
        ("http://[::1]:${PORT}/${NAME}", "[::1]:5001", "/web@2", ["::1 5001"]),
    ])
    func `http`(url: String, host: String, path: String, places: [String]) throws {
        let service = try web("port: 5000\ninstances: 2\nready: { http: \"\(url)\" }")
        let identity = service.identity(of: 2)
        guard case .http(let endpoints, let header, let route, let statuses) = service.readiness.kind else {
            Issue.record("not http")
            return
        }
        #expect(endpoints.map { "\($0.address) \($0.port.resolved(for: identity))" } == places)
        #expect(header.resolved(for: identity) == host)
        #expect(route.resolved(for: identity) == path)
        #expect(statuses == 200...399)
    }

    @Test func `status, limit and timeout`() throws {
        let range = try web("ready: { http: \"http://localhost/\", status: 200..299, timeout: 5s }").readiness
        guard case .http(_, _, _, 200...299) = range.kind else {
            Issue.record("\(range)")
            return
        }
        #expect(range.timeout == .seconds(5))
        let single = try web("ready: { http: \"http://localhost/\", status: 204 }").readiness
        guard case .http(_, _, _, 204...204) = single.kind else {
            Issue.record("\(single)")
            return
        }
        #expect(single.timeout == .seconds(60))
        let exec = try web("ready: { exec: \"./probe '${NAME}'\", limit: 2s }").readiness
        let probe = CommandLine(words: [Template(literal: "./probe"), Template(source: "${NAME}")])
        #expect(exec.kind == .exec(probe, limit: .seconds(2)))
        #expect(
            try web("ready: { exec: [true] }").readiness.kind
                == .exec(CommandLine(words: [Template(literal: "true")]), limit: .seconds(5)))
    }

    @Test func `log, notify, fd and delay`() throws {
        #expect(
            try web("ready: { log: \"^ready (on|at) [0-9]+$\" }").readiness.kind
                == .log(pattern: "^ready (on|at) [0-9]+$"))
        #expect(try web("ready: { notify: true }").readiness.kind == .notify)
        #expect(try web("ready: { fd: 3 }").readiness.kind == .descriptor(3))
        #expect(try web("ready: { delay: 2s }").readiness.kind == .settle(.seconds(2)))
        #expect(try web("").readiness == .undeclared)
    }

    @Test func `a unix socket is absolute, seen from the service's directory and root`() throws {
        let directory = ScratchDirectory()
        directory.directory("app")
        func path(_ lines: String) throws -> String {
            let service = try web(lines, in: directory)
            guard case .unix(let path) = service.readiness.kind else { return "not unix" }
            return path.resolved(for: service.identity(of: 1))
        }
        #expect(try path("ready: { unix: run/a.sock }") == "\(directory.path)/run/a.sock")
        #expect(try path("ready: { unix: a.sock }\ndirectory: app") == "\(directory.path)/app/a.sock")
        #expect(try path("ready: { unix: \"/run/${NAME}.sock\" }") == "/run/web.sock")
        #expect(try path("ready: { unix: /run/a.sock }\nchroot: /usr") == "/usr/run/a.sock")
    }
}
