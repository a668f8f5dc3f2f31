import Glibc
import HobSystem
import HobTestKit
import Testing

/// One run of an example in a temporary directory of its own; what it leaves behind is found by that.
struct ExampleProgram {
    let name: String
    /// Installed by `Scripts/setup test`.
    let needs: [String]

    /// Runs it to its end; the lines of its output.
    ///
    /// Fails the test when it fails, and when a file or a process of it is left.
    func run() throws -> [String] {
        for program in needs {
            try #require(access(program, X_OK) == 0, "\(program) is not here: run 'Scripts/setup test'")
        }
        // Apache's workers run as another user.
        let directory = try TestDirectory("example", mode: 0o755)
        defer { killAll(in: directory) }
        var request = SpawnRequest(executable: FixtureProgram.path(of: name), arguments: [])
        request.environment = ["PATH=/usr/sbin:/usr/bin:/bin", "TMPDIR=\(directory.path)"]
        let child = try TestChild(request)
        let output = try child.readToEnd(within: .seconds(60))
        #expect(try child.waitForExit() == .exited(code: 0), "\(output)")
        #expect(processes(in: directory) == [], "processes are left")
        #expect(try directory.descriptor.names() == [], "files are left")
        return output.split(separator: "\n").map(String.init)
    }

    /// Everybody who has the directory in the command line or in the environment, as a daemon inherits it.
    private func processes(in directory: TestDirectory) -> [Int32] {
        let names = (try? Descriptor.open("/proc", flags: [.readOnly, .directory]).names()) ?? []
        return names.compactMap(Int32.init).filter { pid in
            ["cmdline", "environ"].contains { file in
                guard let bytes = try? Descriptor.open("/proc/\(pid)/\(file)").readAll(limit: 1 << 20) else {
                    return false
                }
                return String(decoding: bytes, as: UTF8.self).contains(directory.path)
            }
        }
    }

    private func killAll(in directory: TestDirectory) {
        for pid in processes(in: directory) { _ = try? ProcessHandle.open(pid: pid).signal(.kill) }
    }
}
