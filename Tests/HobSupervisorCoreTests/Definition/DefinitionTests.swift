import HobPolicy
import HobProtocol
import Testing

@testable import HobSupervisorCore

extension ServiceDefinition: CustomTestStringConvertible {
    /// A definition as an argument of a test is too long to be read.
    public var testDescription: String { "\(name) with \(readiness.kind)" }
}

/// Definitions as they are handed over and stored.
@Suite(.blocking) struct DefinitionTests {
    static func words(_ words: String...) -> CommandLine {
        CommandLine(words: words.map { Template(source: $0) })
    }

    static func hook(_ seconds: Int) -> HookDefinition {
        HookDefinition(command: words("/bin/hook", "${NAME}"), timeout: .seconds(seconds))
    }

    /// Every property has another value than by default.
    static var full: ServiceDefinition {
        var service = ServiceDefinition(
            name: "web", command: words("/bin/web", "--port", "${PORT}"), directory: Template(source: "/srv/$$x"))
        service.kind = .task
        service.instances = 4
        service.isNumbered = true
        service.environment = [
            EnvironmentVariable(name: "A", value: Template(source: "1")), EnvironmentVariable(name: "B", value: nil),
        ]
        service.port = 8_080
        service.after = ["cache"]
        service.requires = ["db"]
        service.groups = ["back", "front"]
        service.readiness = ReadinessDefinition(
            kind: .http(
                [ReadinessDefinition.Endpoint(address: "::1", port: Template(source: "${PORT}"))],
                host: Template(source: "localhost"), path: Template(source: "/up"), statuses: 200...299),
            timeout: .seconds(10))
        service.restart = RestartPolicy(
            condition: .failure, normalStatuses: [3, 4], normalSignals: [10],
            backoff: Backoff(
                initial: .milliseconds(1), maximum: .seconds(2), factor: 1.5, jitter: 0.1, resetAfter: .seconds(3)),
            limit: RateLimit(count: 10, window: .seconds(90)), retry: nil)
        service.stop = StopDefinition(
            command: hook(1),
            sequence: StopSequence(steps: [
                StopSequence.Step(signal: 3, patience: .seconds(1)), StopSequence.Step(signal: 15, patience: .zero),
            ]))
        service.reload = .command(hook(2))
        service.watchdog = .seconds(30)
        service.notifySocket = true
        service.hooks.beforeStart = hook(3)
        service.hooks.afterStart = hook(4)
        service.hooks.beforeStop = hook(5)
        service.hooks.afterStop = hook(6)
        service.process.user = 33
        service.process.group = 34
        service.process.supplementaryGroups = [1, 2]
        service.process.umask = 0o027
        service.process.nice = -5
        service.process.oomScoreAdjustment = -900
        service.process.root = "/jail"
        service.process.noNewPrivileges = true
        service.process.cgroup = "/sys/fs/cgroup/web"
        service.process.limits = [
            ProcessAttributes.Limit(resource: "nofile", soft: 10, hard: ProcessAttributes.Limit.unlimited),
            ProcessAttributes.Limit(resource: "core", soft: nil, hard: 0),
        ]
        service.log = LogDefinition(
            rotateBytes: 5, rotateAge: .seconds(86_400), keep: 3, timestamps: .none, compress: true)
        return service
    }

    static var variants: [ServiceDefinition] {
        let endpoint = ReadinessDefinition.Endpoint(address: "127.0.0.1", port: Template(source: "80"))
        let kinds: [ReadinessDefinition.Kind] = [
            .settle(.seconds(1)), .tcp([endpoint, endpoint]), .unix(Template(source: "/run/${NAME}.sock")),
            .exec(words("/bin/true"), limit: .seconds(2)), .log(pattern: "ready( to)? \"serve\""), .notify,
            .descriptor(3),
        ]
        var all = [full, ServiceDefinition.simulated("least")]
        for kind in kinds {
            var service = ServiceDefinition.simulated("web")
            service.readiness = ReadinessDefinition(kind: kind, timeout: .seconds(7))
            all.append(service)
        }
        var service = ServiceDefinition.simulated("web")
        service.reload = .signal(1)
        service.stop.sequence = StopSequence(steps: [])
        service.process.supplementaryGroups = []
        service.log = LogDefinition(rotateBytes: 0, keep: 0)
        service.instances = 0
        all.append(service)
        return all
    }

    @Test(arguments: variants) func `a definition reads as what was written`(service: ServiceDefinition) throws {
        let line = service.json.line
        #expect(!line.contains("\n"))
        #expect(try ServiceDefinition(json: JSONReader.read(line)) == service)
    }

    @Test func `every property of the full definition differs from the default, so that none is forgotten`() {
        let names = Mirror(reflecting: Self.full).children.compactMap(\.label)
        let defaults = ServiceDefinition.simulated("other")
        for (full, plain) in zip(Mirror(reflecting: Self.full).children, Mirror(reflecting: defaults).children) {
            #expect("\(full.value)" != "\(plain.value)", "\(full.label ?? "")")
        }
        #expect(names.count == 20)
    }

    @Test func `a set reads as what was written, its environment first`() throws {
        let set = AppliedSet(environment: ["PATH=/bin", "X="], services: Self.variants)
        let lines = set.lines.map(\.line)
        #expect(lines.count == Self.variants.count + 1)
        #expect(try AppliedSet(lines: lines.map { line throws(JSONError) in try JSONReader.read(line) }) == set)
        #expect(try AppliedSet(lines: []) == AppliedSet())
    }

    @Test(arguments: [
        (#"{"name":"a","command":[],"directory":"/","instances":1}"#, "command"),
        (#"{"name":"a","command":["x"],"directory":"/","instances":-1}"#, "'instances' must be from 0 to 100000"),
        (#"{"name":"a","command":["x"],"directory":"/","instances":100001}"#, "'instances'"),
        (#"{"name":"a","command":["x"],"directory":"/","instances":1,"watchdog":-1}"#, "'watchdog'"),
        (#"{"name":"a","command":["x"],"directory":"/","instances":1,"environment":[["A","b","c"]]}"#, "'environment'"),
        (#"{"name":"a","command":["x"],"directory":"/","instances":1,"stop":{"steps":[[0,1]]}}"#, "'steps'"),
        (#"{"name":"a","command":["x"],"directory":"/","instances":1,"stop":{"steps":[[15,-1]]}}"#, "'steps'"),
        (#"{"name":"a","command":["x"],"directory":"/","instances":1,"stop":{"steps":[[99,1]]}}"#, "'steps'"),
        (#"{"name":"a","command":["x"],"directory":"/","instances":1,"reload":{"signal":0}}"#, "'signal'"),
        (
            #"{"name":"a","command":["x"],"directory":"/","instances":1,"restart":{"on":"always"}}"#,
            "'backoff' is missing"
        ),
        (#"{"name":"a","command":["x"],"directory":"/","instances":1,"ready":{"timeout":1}}"#, "'descriptor'"),
        (
            #"{"name":"a","command":["x"],"directory":"/","instances":1,"#
                + #""ready":{"timeout":1,"http":[],"host":"","path":"","from":3,"to":2}}"#,
            "'from' must be at most 'to'"
        ),
    ])
    func `bad input: what is no definition is refused by its member`(text: String, part: String) {
        do throws(JSONError) {
            _ = try ServiceDefinition(json: JSONReader.read(text))
            Issue.record("\(text) was read")
        } catch {
            #expect(error.description.contains(part), "\(error)")
        }
    }

    @Test(arguments: [
        ("a", "a"), ("${PORT}", "8081"), ("$${PORT}", "${PORT}"), ("${NAME}:${INSTANCE}", "web@2:2"), ("${X}", "${X}"),
        ("$", "$"), ("$$", "$"), ("$$$", "$$"), ("a$b", "a$b"), ("${PORT", "${PORT"), ("${}", "${}"), ("$${", "${"),
        ("x${PORT}y$$z", "x8081y$z"), ("", ""),
    ])
    func `a template is filled in for its instance`(source: String, text: String) {
        var service = ServiceDefinition.simulated("web")
        service.port = 8_080
        #expect(Template(source: source).resolved(for: service.identity(of: 2)) == text)
        // A literal stands for itself, whatever it looks like.
        #expect(Template(literal: source).resolved(for: service.identity(of: 2)) == source)
    }

    @Test func `instances are named by number once there may be several`() {
        var service = ServiceDefinition.simulated("web")
        #expect(service.identity(of: 1) == InstanceIdentity(service: "web", index: 1, name: "web", port: nil))
        service.isNumbered = true
        service.port = 80
        #expect(service.identity(of: 3) == InstanceIdentity(service: "web", index: 3, name: "web@3", port: 82))
    }

    @Test(arguments: [
        ("*", "anything", true), ("web*", "web@1", true), ("web*", "we", false), ("*@2", "web@2", true),
        ("w?b", "web", true), ("w?b", "wb", false), ("", "", true), ("", "a", false), ("**a*b*", "xaybz", true),
        ("a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false), ("web", "web2", false),
    ])
    func `a glob matches the whole name`(pattern: String, name: String, matches: Bool) {
        #expect(Glob.matches(pattern, name) == matches)
    }
}
