import Glibc
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// Checklist rows 33, 34 and 71 to 74: the state that a service's process is started in.
@Suite(.blocking) struct ProcessStateTests {
    @Test("row 33: variables are set, unset and inherited as declared")
    func environment() throws {
        try Sandbox.with(
            """
            services:
              one:
                command: sleep 1000
                instances: 2
                port: \(try LoopbackPort.free())
                env_file: one.env
                environment:
                  PLAIN: declared
                  OVER: ours
                  PICKED:
                  NOWHERE:
                  EXPANDED: "${INHERITED}-${ABSENT:-default}-$$HOME"
            """
        ) { box in
            box.environment += ["INHERITED=from-hob", "OVER=theirs", "PICKED=by-name"]
            try box.write("# comment\nFILE='single $HOME'\nOVER=file\nexport QUOTED=\"two words\"\n", to: "one.env")
            try box.succeed("up", "-d")
            let values = try Self.environment(of: box.pid("one@2"))
            let port = try #require(try box.status("one@2").port)
            let expected: [String: String?] = [
                "PLAIN": "declared", "OVER": "ours", "INHERITED": "from-hob", "PICKED": "by-name", "NOWHERE": nil,
                "EXPANDED": "from-hob-default-$HOME", "FILE": "single $HOME", "QUOTED": "two words",
                "PORT": String(port), "HOB_SERVICE": "one", "HOB_INSTANCE": "one@2", "HOB_INDEX": "2",
                "NOTIFY_SOCKET": nil, "LISTEN_FDS": nil, "HOME": box.path,
            ]
            for (name, value) in expected { #expect(values[name] == value, "\(name)=\(values[name] ?? "unset")") }
            let output = try FileStatus.of(Descriptor.open("/proc/\(box.pid("one@2"))/fd/1", flags: [.writeOnly]))
            #expect(values["HOB_LOG_STREAM"] == "\(output.device):\(output.inode)")
        }
    }

    @Test("row 34: a service sees descriptors 0, 1, 2 and the declared one, and keeps no pipe of hob's caller")
    func descriptors() throws {
        try Sandbox.with { box in
            try box.write(
                """
                services:
                  plain: { type: task, command: [\(box.fixture), report] }
                  declared:
                    command: '\(box.fixture) report; echo >&5; exec sleep 1000'
                    shell: true
                    ready: { fd: 5 }
                """)
            // A caller's pipe, as in `hob up -d | cat`: it must come to its end although everything lives on.
            let (reading, writing) = try Descriptor.pipe()
            var request = SpawnRequest(executable: FixtureProgram.path(of: "hob"), arguments: ["up", "-d"])
            request.directory = box.path
            request.environment = box.environment
            request.descriptors = [1, 2, 7].map { DescriptorMapping(source: writing.raw, target: $0) }
            let up = try TestChild(request)
            writing.close()
            let status = try up.waitForExit()
            #expect(reading.waitReadable(until: .now() + .seconds(10)))
            let said = try String(decoding: reading.readAll(limit: 1 << 20), as: UTF8.self)
            #expect(status == .exited(code: 0), "\(said)")
            #expect(try Self.descriptors(box, "plain") == ["0", "1", "2"])
            #expect(try Self.descriptors(box, "declared") == ["0", "1", "2", "5"])
            let lines = try box.succeed("logs", "plain", "--no-timestamps").out.split(separator: "\n")
            #expect(lines.contains("fd=0 /dev/null"), "\(lines)")
        }
    }

    @Test("row 34: a left-over that keeps the output open holds nobody up")
    func keptOutput() throws {
        try Sandbox.with { box in
            try box.write(
                """
                services:
                  one: { type: task, command: [\(box.fixture), log-late, never, --after-exit], stop: [TERM 5s, KILL] }
                """)
            let up = try box.succeed("up", "-d")
            #expect(up.elapsed < .seconds(5), "\(up)")
            #expect(try box.status("one").state == .done)
        }
    }

    @Test("row 71: user, group and supplementary groups are exact", .enabled(if: geteuid() == 0))
    func privilegeDrop() throws {
        try Sandbox.with { box in
            try box.write(
                """
                services:
                  full: { type: task, command: [\(box.fixture), report], user: "65534", group: "100", groups: ["4", "24"] }
                  bare: { type: task, command: [\(box.fixture), report], user: "4711", group: "4712", groups: [] }
                """)
            try box.succeed("up", "-d")
            let full = try Self.report(box, "full")
            #expect(full["uid"] == "65534 65534 65534 65534" && full["gid"] == "100 100 100 100", "\(full)")
            #expect(full["groups"] == "4 24", "\(full)")
            let bare = try Self.report(box, "bare")
            #expect(bare["uid"] == "4711 4711 4711 4711" && bare["gid"] == "4712 4712 4712 4712", "\(bare)")
            #expect(bare["groups"] == "", "\(bare)")
        }
    }

    @Test("row 71: what cannot be given up or taken refuses to run", .enabled(if: geteuid() == 0))
    func privilegeDropFails() throws {
        try Sandbox.with { box in
            try box.write(
                """
                services:
                  one: { command: touch \(box.file("started")), user: "65534", directory: closed, restart: never }
                """)
            mkdir(box.file("closed"), 0o700)
            let up = try box.hob("up", "-d")
            #expect(up.status == 1 && up.err.contains("permission denied for user 65534"), "\(up)")
            #expect(try box.status("one").pid == nil)
            #expect(try !box.events().contains { $0.kind == .spawned })
        }
        // Who is not root cannot become somebody else.
        try Sandbox.with(user: 65_534) { box in
            try box.write(
                """
                services:
                  anchor: { command: sleep 1000 }
                  one: { command: sleep 1000, user: "0", group: "0", groups: [], restart: never }
                """)
            let up = try box.hob("up", "-d")
            #expect(up.status != 0 && up.err.contains("only root"), "\(up)")
            #expect(try box.status("one").pid == nil)
            #expect(try box.status("anchor").state == .running)
        }
    }

    @Test("row 72: umask, directory and nice are as declared")
    func umaskDirectoryNice() throws {
        try Sandbox.with { box in
            mkdir(box.file("below"), 0o755)
            try box.write(
                """
                services:
                  one: { type: task, command: [\(box.fixture), report], umask: "027", directory: below, nice: 7 }
                """)
            try box.succeed("up", "-d")
            let report = try Self.report(box, "one")
            #expect(report["umask"] == "27" && report["cwd"] == box.file("below") && report["nice"] == "7", "\(report)")
            #expect(report["session"] == report["pid"], "\(report)")
            #expect(report["blocked"].map { $0.allSatisfy { $0 == "0" } } == true, "\(report)")
            #expect(report["ignored"].map { $0.allSatisfy { $0 == "0" } } == true, "\(report)")
        }
    }

    @Test("row 72: chroot is the root of the process", .enabled(if: geteuid() == 0))
    func chroot() throws {
        try Sandbox.with { box in
            let root = box.file("root")
            try Self.makeRoot(root)
            mkdir(root + "/data", 0o755)
            mkfifo(root + "/data/gate", 0o644)
            try box.write(
                """
                services:
                  one:
                    command: [/bin/sh, -c, 'pwd > where; read line < gate']
                    chroot: \(root)
                    directory: /data
                    ready: { exec: [/bin/sh, -c, 'test -s where'] }
                """)
            try box.succeed("up", "-d")
            let pid = try box.pid("one")
            #expect(Self.link("/proc/\(pid)/root") == root)
            #expect(Self.link("/proc/\(pid)/cwd") == root + "/data")
            #expect(box.read("root/data/where") == "/data\n")
        }
    }

    @Test("row 73: soft and hard of every listed limit are in force", .enabled(if: geteuid() == 0))
    func resourceLimits() throws {
        let wanted: [(key: String, title: String, soft: UInt64, hard: UInt64)] = [
            ("as", "Max address space", 8 << 30, 9 << 30), ("core", "Max core file size", 0, 4096),
            ("cpu", "Max cpu time", 1000, 2000), ("data", "Max data size", 4 << 30, 5 << 30),
            ("fsize", "Max file size", 1 << 20, 2 << 20), ("memlock", "Max locked memory", 65_536, 131_072),
            ("msgqueue", "Max msgqueue size", 409_600, 819_200), ("nice", "Max nice priority", 5, 10),
            ("nofile", "Max open files", 128, 256), ("nproc", "Max processes", 3000, 4000),
            ("rss", "Max resident set", 1 << 30, 2 << 30), ("rtprio", "Max realtime priority", 1, 2),
            ("rttime", "Max realtime timeout", 100_000, 200_000), ("sigpending", "Max pending signals", 500, 600),
            ("stack", "Max stack size", 4 << 20, 8 << 20),
        ]
        // Where even root may not raise a hard limit, the test asks for what it may have.
        let own = try Self.limits(of: getpid())
        let limits = try wanted.map { limit in
            let ceiling = try UInt64(#require(own[limit.title]).hard) ?? .max
            return (
                limit.key, limit.title, soft: String(min(limit.soft, ceiling)), hard: String(min(limit.hard, ceiling))
            )
        }
        let keys = limits.map { "\($0.0): { soft: \($0.soft), hard: \($0.hard) }" }.joined(separator: ", ")
        try Sandbox.with("services: { one: { command: sleep 1000, rlimits: { \(keys) } } }") { box in
            try box.succeed("up", "-d")
            let pid = try box.pid("one")
            let actual = try Self.limits(of: pid)
            for (_, title, soft, hard) in limits {
                let limit = try #require(actual[title])
                #expect(limit.soft == soft && limit.hard == hard, "\(title): \(limit)")
            }
        }
    }

    @Test("row 74: oom_score_adj and the cgroup are set, and a cgroup that cannot be had is named")
    func oomScoreAndCgroup() throws {
        let cgroup = Self.makeCgroup()
        defer { if let cgroup { rmdir(cgroup) } }
        try Sandbox.with(
            """
            services:
              one: { command: sleep 1000, oom_score_adj: 321\(cgroup.map { ", cgroup: \($0)" } ?? "") }
              lost: { command: sleep 1000, cgroup: /sys/fs/cgroup/no-such-group, restart: never }
            """
        ) { box in
            try box.succeed("up", "-d", "one")
            let pid = try box.pid("one")
            let score = try Descriptor.open("/proc/\(pid)/oom_score_adj").readAll(limit: 100)
            #expect(String(decoding: score, as: UTF8.self) == "321\n")
            if let cgroup {
                let members = try Descriptor.open("\(cgroup)/cgroup.procs").readAll(limit: 4096)
                #expect(String(decoding: members, as: UTF8.self) == "\(pid)\n")
            }
            let lost = try box.hob("start", "lost")
            #expect(lost.status == 1, "\(lost)")
            #expect(lost.err.contains("cgroup") && lost.err.contains("no-such-group"), "\(lost)")
            #expect(try !box.events().contains { $0.isKind(.spawned, of: "lost") })
        }
    }

    // MARK: Reading the state

    private static func limits(of pid: Int32) throws -> [String: (soft: String, hard: String)] {
        let text = try String(decoding: Descriptor.open("/proc/\(pid)/limits").readAll(limit: 65_536), as: UTF8.self)
        var limits: [String: (soft: String, hard: String)] = [:]
        for line in text.split(separator: "\n").dropFirst() {
            // The title fills 26 columns.
            let words = line.dropFirst(26).split(separator: " ")
            let title = line.prefix(26).split(separator: " ").joined(separator: " ")
            if words.count >= 2 { limits[title] = (String(words[0]), String(words[1])) }
        }
        return limits
    }

    private static func report(_ box: Sandbox, _ name: String) throws -> [String: String] {
        let lines = try box.succeed("logs", name, "--no-timestamps").out.split(separator: "\n")
        return Dictionary(
            lines.compactMap { line in
                line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
            }, uniquingKeysWith: { first, _ in first })
    }

    private static func descriptors(_ box: Sandbox, _ name: String) throws -> [String] {
        let lines = try box.succeed("logs", name, "--no-timestamps").out.split(separator: "\n")
        return lines.filter { $0.hasPrefix("fd=") }.map { $0.dropFirst(3).prefix { $0 != " " } }.map(String.init)
    }

    private static func environment(of pid: Int32) throws -> [String: String] {
        let bytes = try Descriptor.open("/proc/\(pid)/environ").readAll(limit: 1 << 20)
        return Dictionary(
            bytes.split(separator: 0).map { entry in
                let text = String(decoding: entry, as: UTF8.self)
                let name = text.prefix { $0 != "=" }
                return (String(name), String(text.dropFirst(name.count + 1)))
            }, uniquingKeysWith: { first, _ in first })
    }

    private static func link(_ path: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A root directory with a shell and the libraries it is linked with.
    private static func makeRoot(_ root: String) throws {
        let script = """
            set -e
            mkdir -p "$1/bin"
            cp /bin/sh "$1/bin/sh"
            for file in $(ldd /bin/sh | grep -o '/[^ ]*'); do mkdir -p "$1$(dirname "$file")"; cp "$file" "$1$file"; done
            """
        var request = SpawnRequest("/bin/sh", ["-c", script, "root", root])
        request.environment = ["PATH=/usr/bin:/bin"]
        let child = try TestChild(request)
        let said = try child.readToEnd()
        #expect(try child.waitForExit().isSuccess, "\(said)")
    }

    /// A fresh cgroup v2 below the hierarchy's root; nil where none can be made.
    private static func makeCgroup() -> String? {
        let mounts = (try? Descriptor.open("/proc/mounts").readAll(limit: 1 << 20)) ?? []
        let text = String(decoding: mounts, as: UTF8.self)
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 2, words[2] == "cgroup2" else { continue }
            let path = "\(words[1])/hob-acceptance-\(getpid())"
            if mkdir(path, 0o755) == 0 { return path }
        }
        return nil
    }
}
