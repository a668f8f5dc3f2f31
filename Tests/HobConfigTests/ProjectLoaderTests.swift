import HobConfig
import HobPolicy
import HobSupervisorCore
import Testing

@Suite struct ProjectLoaderTests {
    @Test func `the file of the design loads`() throws {
        let directory = ScratchDirectory()
        directory.directory("app")
        let text = """
            services:
              redis:
                command: redis-server --port 6399 --save ""
                ready: { tcp: 127.0.0.1:6399, timeout: 10s }
              web:
                command: [./bin/web, --port, "${PORT}"]
                instances: 4
                port: 8080
                user: www-data
                directory: ./app
                environment: { APP_ENV: production }
                env_file: .env
                after: [redis]
                ready: { http: "http://127.0.0.1:${PORT}/healthz" }
                restart: { on: failure, delay: 100ms..30s, limit: 10 in 90s }
                stop: [TERM 10s, KILL]
                log: { rotate: 10MB, keep: 10, timestamps: rfc3339 }
            """
        let services = try services(text, files: [".env": "SECRET=x\n"], in: directory)
        #expect(services.map(\.name) == ["redis", "web"])
        #expect(words(services[0]) == ["redis-server", "--port", "6399", "--save", ""])
        #expect(words(services[1], instance: 3) == ["./bin/web", "--port", "8082"])
        #expect(services[1].after == ["redis"])
        #expect(services[1].instances == 4)
        #expect(services[1].process.user == 33)
        #expect(services[1].directory == Template(literal: directory.path + "/app"))
        #expect(services[1].environment.map(\.name) == ["APP_ENV", "PORT", "SECRET"])
        #expect(services[1].restart.limit == RateLimit(count: 10, window: .seconds(90)))
    }
}
