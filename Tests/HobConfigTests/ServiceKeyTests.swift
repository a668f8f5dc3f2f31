import HobPolicy
import HobProtocol
import HobSupervisorCore
import Testing

/// Every key with values that are right; what is wrong is in Golden/keys.txt.
@Suite struct ServiceKeyTests {
    @Test(arguments: [
        ("command: ./web --port 80", ["./web", "--port", "80"]),
        ("command: \"./web 'a b' \\\"c d\\\" e\\\\ f ''\"", ["./web", "a b", "c d", "e f", ""]),
        ("command: [./web, a b, 80, true, \"\"]", ["./web", "a b", "80", "true", ""]),
        ("command: ./web '$HOME' $$HOME", ["./web", "$HOME", "$HOME"]),
        ("command: ./web \\${X} '$${Y}'", ["./web", "${X}", "${Y}"]),
        ("command: >\n  ./web\n  --port 80", ["./web", "--port", "80"]),
        ("command: ./web *.txt ~/x # a comment", ["./web", "*.txt", "~/x"]),
        ("command: echo $HOME | tr a-z A-Z\nshell: true", ["/bin/sh", "-c", "echo $HOME | tr a-z A-Z"]),
        (
            "command: |\n  for i in 1 2; do\n    echo $i\n  done\nshell: true",
            [
                "/bin/sh", "-c", "for i in 1 2; do\n  echo $i\ndone\n",
            ]
        ),
    ])
    func `command`(lines: String, expected: [String]) throws {
        #expect(words(try web(lines)) == expected)
    }

    @Test func `type, instances, port`() throws {
        let plain = try web("")
        #expect(plain.kind == .service && plain.instances == 1 && !plain.isNumbered && plain.port == nil)
        #expect(plain.restart == RestartPolicy())
        let task = try web("type: task\ninstances: 1\nport: \"80\"")
        #expect(task.kind == .task && task.isNumbered && task.port == 80)
        #expect(task.identity(of: 1).name == "web@1")
        #expect(task.restart.condition == .never)
        #expect(try web("type: task\nrestart: { delay: 1s }").restart.condition == .failure)
        #expect(try web("type: task\nrestart: failure").restart.condition == .failure)
        #expect(try web("instances: 0").instances == 0)
    }

    @Test func `directory is absolute, and seen from the file`() throws {
        let directory = ScratchDirectory()
        directory.directory("app")
        func resolved(_ lines: String) throws -> String {
            let service = try web(lines, in: directory)
            return service.directory.resolved(for: service.identity(of: 2))
        }
        #expect(try resolved("") == directory.path)
        #expect(try resolved("directory: .") == directory.path)
        #expect(try resolved("directory: ./app") == "\(directory.path)/app")
        #expect(try resolved("directory: app/..") == "\(directory.path)/app/..")
        #expect(try resolved("directory: /usr") == "/usr")
        #expect(try resolved("directory: data-${INSTANCE}") == "\(directory.path)/data-2")
        #expect(try resolved("chroot: /usr") == "/")
        #expect(try resolved("chroot: /usr\ndirectory: bin") == "/bin")
    }

    @Test func `environment keeps the text of numbers and booleans, and null takes hob's value`() throws {
        let lines = """
            environment:
              A: 1
              B: true
              C: 010
              D: "x y"
              E: ""
              F:
              G: ~
              H: $$x $y
              I: 1.50
            """
        let service = try web(lines, environment: ["F": "from hob$"])
        let values = service.environment.map { [$0.name, $0.value?.resolved(for: service.identity(of: 1))] }
        #expect(
            values == [
                ["A", "1"], ["B", "true"], ["C", "010"], ["D", "x y"], ["E", ""], ["F", "from hob$"], ["G", nil],
                ["H", "$x $y"], ["I", "1.50"],
            ])
        let list = try web("environment: [A=1, \"B=x = y\", F, G]", environment: ["F": "f"])
        #expect(
            list.environment.map { [$0.name, $0.value?.source] } == [
                ["A", "1"], ["B", "x = y"], ["F", "f"], ["G", nil],
            ])
    }

    @Test func `a port is in the environment, unless the service sets its own`() throws {
        let service = try web("port: 8080\ninstances: 2")
        #expect(service.environment.map(\.name) == ["PORT"])
        #expect(service.environment[0].value?.resolved(for: service.identity(of: 2)) == "8081")
        let own = try web("port: 8080\nenvironment: { PORT: \"9${INSTANCE}\" }\ncommand: x ${PORT}")
        #expect(own.environment[0].value?.source == "9${INSTANCE}")
        #expect(words(own) == ["x", "91"])
    }

    @Test func `env_file: later files win, environment over all, a missing one may be optional`() throws {
        let service = try web(
            "env_file: [a.env, { path: b.env }, { path: c.env, required: false }]\nenvironment: { THREE: 3 }\n"
                + "command: x ${ONE} ${TWO} ${THREE}",
            files: ["a.env": "ONE=a\nTWO=a\nTHREE=a\n", "b.env": "TWO=b # note\n"])
        #expect(words(service) == ["x", "a", "b", "3"])
        #expect(service.environment.map { $0.value?.source } == ["a", "3", "b"])
    }

    @Test func `user, group and groups become numbers`() throws {
        let www = try web("user: www-data").process
        #expect(www.user == 33 && www.group == 33 && www.supplementaryGroups == [33])
        let deploy = try web("user: 1000").process
        #expect(deploy.user == 1000 && deploy.group == 1000 && deploy.supplementaryGroups == [4, 1000])
        let other = try web("user: deploy\ngroup: adm\ngroups: [www-data, 7]").process
        #expect(other.user == 1000 && other.group == 4 && other.supplementaryGroups == [33, 7])
        let unknown = try web("user: 4711\ngroup: 12").process
        #expect(unknown.user == 4711 && unknown.group == 12 && unknown.supplementaryGroups == nil)
        #expect(try web("group: adm").process.group == 4)
        #expect(try web("groups: []").process.supplementaryGroups == [])
    }

    @Test func `umask, nice, oom_score_adj, chroot, no_new_privileges, cgroup`() throws {
        #expect(try web("umask: \"027\"").process.umask == 0o27)
        #expect(try web("umask: 0077").process.umask == 0o77)
        let process = try web(
            "nice: -5\noom_score_adj: -1000\nchroot: /usr\nno_new_privileges: true\ncgroup: /sys/fs/cgroup/x"
        ).process
        #expect(process.nice == -5 && process.oomScoreAdjustment == -1_000 && process.root == "/usr")
        #expect(process.noNewPrivileges && process.cgroup == "/sys/fs/cgroup/x")
    }

    @Test func `rlimits`() throws {
        let limits = try web(
            "rlimits: { nofile: 4096, core: unlimited, memlock: 64MiB, stack: { soft: 8MB }, nproc: { hard: 5, soft: 4 } }"
        ).process.limits
        let unlimited = ProcessAttributes.Limit.unlimited
        #expect(
            limits == [
                .init(resource: "nofile", soft: 4_096, hard: 4_096),
                .init(resource: "core", soft: unlimited, hard: unlimited),
                .init(resource: "memlock", soft: 67_108_864, hard: 67_108_864),
                .init(resource: "stack", soft: 8_000_000, hard: nil),
                .init(resource: "nproc", soft: 4, hard: 5),
            ])
    }

    @Test func `after and requires take a name, a list or a group`() throws {
        let services = try services(
            """
            services:
              a: { command: a, after: back, requires: [d] }
              b: { command: b }
              c: { command: c, after: [] }
              d: { command: d }
            groups: { back: [b, c, b], all: [a, b, c, d] }
            """)
        #expect(services[0].after == ["b", "c"] && services[0].requires == ["d"])
        #expect(services.map(\.groups) == [["all"], ["all", "back"], ["all", "back"], ["all"]])
    }

    @Test func `restart`() throws {
        #expect(try web("restart: never").restart == RestartPolicy(condition: .never))
        let policy = try web(
            "restart: { on: failure, delay: 200ms..1m, limit: 10 in 90s, reset: 5s, jitter: 50%, success: [0, 3, TERM], "
                + "retry: 1m..10m }"
        ).restart
        #expect(policy.condition == .failure)
        #expect(policy.backoff.initial == .milliseconds(200) && policy.backoff.maximum == .seconds(60))
        #expect(policy.backoff.resetAfter == .seconds(5) && policy.backoff.jitter == 0.5)
        #expect(policy.limit == RateLimit(count: 10, window: .seconds(90)))
        #expect(policy.normalStatuses == [0, 3] && policy.normalSignals == [15])
        #expect(policy.retry?.initial == .seconds(60) && policy.retry?.maximum == .seconds(600))
        #expect(try web("restart: { retry: never }").restart.retry == nil)
        let fixed = try web("restart: { delay: 5s, success: 7 }").restart
        #expect(fixed.backoff.initial == .seconds(5) && fixed.backoff.maximum == .seconds(5))
        #expect(fixed.normalStatuses == [7])
    }

    @Test(arguments: [
        ("[TERM 10s, KILL]", [15], [10]), ("TERM 10s", [15], [10]), ("[SIGQUIT 5s, int 1m]", [3, 2], [5, 60]),
        ("[KILL]", [], []), ("[]", [], []), ("[\"15 1s\", RTMIN+3 2s]", [15, 37], [1, 2]),
    ])
    func `stop`(text: String, signals: [Int32], seconds: [Int]) throws {
        let stop = try web("stop: \(text)").stop
        #expect(stop.command == nil)
        #expect(stop.sequence.steps.map(\.signal) == signals)
        #expect(stop.sequence.steps.map(\.patience) == seconds.map { .seconds($0) })
    }

    @Test func `stop and reload by a command`() throws {
        let service = try web(
            "stop: { command: ./quit now, timeout: 5s, signals: [QUIT 1s, KILL] }\n"
                + "reload: { command: kill -HUP $MAINPID, shell: true }")
        #expect(service.stop.command?.command.words.map(\.source) == ["./quit", "now"])
        #expect(service.stop.command?.timeout == .seconds(5))
        #expect(service.stop.sequence.steps.map(\.signal) == [3])
        guard case .command(let hook)? = service.reload else {
            Issue.record("no reload command")
            return
        }
        #expect(hook.command.resolved(for: service.identity(of: 1)) == ["/bin/sh", "-c", "kill -HUP $MAINPID"])
        #expect(hook.timeout == .seconds(30))
        #expect(try web("stop: { command: ./quit }").stop.sequence == .standard)
        #expect(try web("reload: SIGUSR1").reload == .signal(10))
    }

    @Test func `hooks`() throws {
        let hooks = try web(
            "before_start: mkdir -p data\nafter_start: [./warm, \"${INSTANCE}\"]\n"
                + "before_stop: { command: [./drain], timeout: 5s }\n"
                + "after_stop: { command: \"rm -f *.pid; true\", shell: true }"
        ).hooks
        #expect(hooks.beforeStart?.command.words.map(\.source) == ["mkdir", "-p", "data"])
        #expect(hooks.beforeStart?.timeout == .seconds(30))
        #expect(hooks.afterStart?.command.words.map(\.source) == ["./warm", "${INSTANCE}"])
        #expect(hooks.beforeStop?.timeout == .seconds(5))
        #expect(hooks.afterStop?.command.words.map(\.source) == ["/bin/sh", "-c", "rm -f *.pid; true"])
    }

    @Test func `log, watchdog, notify`() throws {
        let service = try web(
            "log: { rotate: 5MB, rotate_every: 1d, keep: 3, timestamps: none, compress: true }\nwatchdog: 1m30s\n"
                + "notify: true")
        #expect(
            service.log
                == LogDefinition(
                    rotateBytes: 5_000_000, rotateAge: .seconds(86_400), keep: 3, timestamps: .none, compress: true))
        #expect(service.watchdog == .seconds(90) && service.notifySocket)
        let never = try web("log: { rotate: never, rotate_every: never }").log
        #expect(never.rotateBytes == 0 && never.rotateAge == nil)
    }

    @Test func `definitions survive the way to hobd`() throws {
        let services = try services(
            """
            services:
              web:
                command: [./web, "$$HOME", "${PORT}"]
                port: 80
                instances: 2
                environment: { A: $x, B: }
                rlimits: { core: unlimited }
                ready: { http: "http://dual.internal:${PORT}/a?b", status: 204 }
                restart: { limit: 3 in 1m, success: [TERM] }
                stop: { command: ./quit, signals: [KILL] }
            """)
        #expect(try ServiceDefinition(json: services[0].json) == services[0])
    }
}
