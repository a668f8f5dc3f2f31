import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct SpawnStateTests {
    @Test func `arguments, own name and environment arrive as given`() throws {
        let report = try Report.of(["a b", "", "ü"]) { request in
            request.argv0 = "alias"
            request.environment = ["ONE=1", "EMPTY=", "TWO=2=2"]
        }
        #expect(report["argv0"] == "alias")
        #expect(report.all("argument") == ["a b", "", "ü"])
        #expect(report.all("environment") == ["ONE=1", "EMPTY=", "TWO=2=2"])
    }

    @Test func `row 72: umask, directory and nice are visible in the child`() throws {
        let directory = try TestDirectory()
        let report = try Report.of { request in
            request.umask = 0o027
            request.directory = directory.path
            request.nice = 5
        }
        #expect(report["umask"] == "27")
        #expect(report["cwd"] == directory.path)
        #expect(report["nice"] == "5")
    }

    @Test func `row 72: a chroot is entered before the working directory`() throws {
        let directory = try TestDirectory(mode: 0o755)
        try directory.descriptor.makeDirectory("inner", mode: 0o755)
        var request = SpawnRequest("/bin/sleep", ["60"])
        request.root = directory.path
        request.directory = "/inner"
        guard geteuid() == 0 else {
            let failure = #expect(throws: SpawnFailure.self) { try TestChild(request) }
            #expect(failure?.stage == .chroot && failure?.code == EPERM)
            return
        }
        // A root file system of one program.
        let listing = try TestChild(SpawnRequest("ldd", ["/bin/sleep"])).readToEnd()
        let libraries = listing.split(whereSeparator: { " \n\t".contains($0) }).filter { $0.hasPrefix("/") }
        try #require(!libraries.isEmpty)
        for file in libraries.map(String.init) + ["/bin/sleep"] {
            var place = directory.descriptor
            let parts = file.split(separator: "/").map(String.init)
            for part in parts.dropLast() {
                try place.makeDirectory(part, mode: 0o755)
                place = try Descriptor.open(part, in: place, flags: [.readOnly, .directory])
            }
            try directory.copy(file, to: String(file.dropFirst()))
        }
        let child = try TestChild(request)
        var buffer = [CChar](repeating: 0, count: 4096)
        func link(_ name: String) -> String {
            let count = readlink("/proc/\(child.pid)/\(name)", &buffer, buffer.count)
            return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        #expect(link("root") == directory.path)
        #expect(link("cwd") == directory.path(of: "inner"))
    }

    @Test func `row 71: uid, gid and supplementary groups are exact`() throws {
        // A system program: the user may have no way to where the package was built.
        var request = SpawnRequest("cat", ["/proc/self/status"])
        request.user = 33
        request.group = 34
        request.supplementaryGroups = [35, 4000]
        guard geteuid() == 0 else {
            let failure = #expect(throws: SpawnFailure.self) { try TestChild(request) }
            #expect(failure?.stage == .groups && failure?.code == EPERM)
            return
        }
        let child = try TestChild(request)
        let lines = try child.readToEnd().split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
        func values(_ key: String) -> [Substring] {
            lines.first { $0.first == "\(key):" }.map { Array($0.dropFirst()) } ?? []
        }
        #expect(values("Uid") == ["33", "33", "33", "33"])
        #expect(values("Gid") == ["34", "34", "34", "34"])
        #expect(values("Groups") == ["35", "4000"])
        #expect(values("CapEff") == ["0000000000000000"])
        #expect(try child.waitForExit() == .exited(code: 0))
    }

    @Test func `row 71: dropping privileges leaves the parent's as they are`() async {
        await #expect(processExitsWith: .success) {
            guard geteuid() == 0 else { return }
            var request = SpawnRequest("/bin/true")
            request.user = 33
            request.group = 33
            request.supplementaryGroups = []
            _ = try TestChild(request).waitForExit()
            #expect(geteuid() == 0 && getegid() == 0)
            // The shared memory must not stay undumpable: no core of a crash, and /proc/self closed to its own user.
            #expect(ProcessControl.isDumpable)
        }
    }

    @Test func `row 73: all sixteen limits, soft and hard, are in the child's limits file`() throws {
        // Each below what this process has, so that no privilege is needed; the hard ones are lowered, too.
        var wanted: [Resource: (soft: UInt64, hard: UInt64)] = [:]
        for resource in Resource.allCases {
            let own = try ProcessLimits.get(resource)
            let hard = min(own.hard, 1 << 40)
            wanted[resource] = (soft: hard / 2, hard: hard)
        }
        wanted[.openFiles] = (soft: 100, hard: 200)
        wanted[.locks] = (soft: 300, hard: 400)
        wanted[.core] = (soft: 0, hard: 0)
        let child = try TestChild(SpawnRequest("/bin/sleep", ["60"]).withLimits(wanted))
        for resource in Resource.allCases {
            let limits = try ProcessLimits.get(resource, pid: child.pid)
            #expect(limits.soft == wanted[resource]?.soft && limits.hard == wanted[resource]?.hard, "\(resource.name)")
        }
        let file = try Descriptor.open("/proc/\(child.pid)/limits").readAll(limit: 65_536)
        let lines = String(decoding: file, as: UTF8.self).split(separator: "\n")
        let openFiles = lines.first { $0.hasPrefix("Max open files") }?.split(separator: " ")
        #expect(openFiles?.contains("100") == true && openFiles?.contains("200") == true)
    }

    @Test func `row 73: one side alone leaves the other, and a soft limit never stays above a lowered hard one`() throws
    {
        let own = try ProcessLimits.get(.openFiles)
        let softOnly = try TestChild(SpawnRequest("/bin/sleep", ["60"]).withLimit(ResourceLimit(.openFiles, soft: 64)))
        #expect(try ProcessLimits.get(.openFiles, pid: softOnly.pid) == (soft: 64, hard: own.hard))
        let hardOnly = try TestChild(SpawnRequest("/bin/sleep", ["60"]).withLimit(ResourceLimit(.openFiles, hard: 64)))
        #expect(try ProcessLimits.get(.openFiles, pid: hardOnly.pid) == (soft: 64, hard: 64))
    }

    @Test func `row 74: oom_score_adj is set`() throws {
        #expect(try Report.of { $0.oomScoreAdjustment = 500 }["oom"] == "500")
        // Containers often run as a root without CAP_SYS_RESOURCE.
        guard try Capabilities.ownHave(.resources) else {
            let failure = #expect(throws: SpawnFailure.self) { try Report.of { $0.oomScoreAdjustment = -500 } }
            #expect(failure?.stage == .oom && failure?.message.contains("CAP_SYS_RESOURCE") == true)
            return
        }
        #expect(try Report.of { $0.oomScoreAdjustment = -500 }["oom"] == "-500")
    }

    @Test func `sessions, groups and no_new_privs are as asked`() throws {
        let new = try Report.of { _ in }
        #expect(new["session"] == new["pid"] && new["group-leader"] == new["pid"])
        #expect(new["no-new-privileges"] == "0")
        let group = try Report.of { $0.session = .newGroup }
        #expect(group["session"] == "\(getsid(0))" && group["group-leader"] == group["pid"])
        let inherited = try Report.of { request in
            request.session = .inherit
            request.noNewPrivileges = true
        }
        #expect(inherited["group-leader"] == "\(getpgrp())")
        #expect(inherited["no-new-privileges"] == "1")
    }

    @Test func `mask and dispositions are reset, whatever the parent has`() async {
        await #expect(processExitsWith: .success) {
            for number in [SIGPIPE, SIGUSR1, SIGHUP, SIGCHLD] { signal(number, SIG_IGN) }
            signal(SIGTERM) { _ in }
            try SignalWatcher.block([.interrupt, .user2, SignalNumber(rawValue: 40)])
            var request = SpawnRequest(executable: FixtureProgram.path, arguments: ["report"])
            let pipe = try Descriptor.pipe()
            request.descriptors = [DescriptorMapping(source: pipe.write.raw, target: 1)]
            signal(SIGCHLD, SIG_DFL)
            // On this very thread, whose mask is the worst.
            let process = try spawn(request)
            pipe.write.close()
            let report = Report(String(decoding: try pipe.read.readAll(limit: 100_000), as: UTF8.self))
            // Inside an exit test only the comment of a failed expectation reaches the reader.
            let blocked = report["blocked"] ?? "none"
            let ignored = report["ignored"] ?? "none"
            #expect(blocked == "0000000000000000", "blocked \(blocked)")
            #expect(ignored == "0000000000000000", "ignored \(ignored)")
            #expect(process.handle.waitForExit(until: patience))
            #expect(try process.handle.reap() == .exited(code: 0))
        }
    }

    @Test func `a new session can get a terminal`() throws {
        var main: Int32 = 0
        var other: Int32 = 0
        try #require(openpty(&main, &other, nil, nil, nil) == 0)
        let terminal = Descriptor(owning: other)
        let controller = Descriptor(owning: main)
        var request = SpawnRequest("/bin/sleep", ["60"])
        request.controllingTerminal = true
        request.descriptors = [DescriptorMapping(source: terminal.raw, target: 0)]
        let child = try TestChild(request)
        let stat = try Descriptor.open("/proc/\(child.pid)/stat").readAll(limit: 4096)
        let fields = String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ")
        // state ppid pgrp session tty_nr: 0 means none.
        #expect(fields?[4] != "0")
        withExtendedLifetime(controller) {}
    }
}

extension SpawnRequest {
    fileprivate func withLimits(_ limits: [Resource: (soft: UInt64, hard: UInt64)]) -> SpawnRequest {
        var request = self
        request.limits = limits.map { ResourceLimit($0.key, soft: $0.value.soft, hard: $0.value.hard) }
        return request
    }

    fileprivate func withLimit(_ limit: ResourceLimit) -> SpawnRequest {
        var request = self
        request.limits = [limit]
        return request
    }
}
