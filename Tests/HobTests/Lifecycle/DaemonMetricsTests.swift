import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite("A daemon's own metrics", .blocking)
struct DaemonMetricsTests {
    @Test("they reach the backend that the daemon's code has set up: ready, reloads, lines, services, shutdown")
    func exported() throws {
        let directory = try TestDirectory()
        let child = try TestChild(
            SpawnRequest(
                executable: FixtureProgram.path(of: "fixture-daemon"),
                arguments: ["run", "--metrics", "--services", "--notes", directory.path(of: "notes")]))
        func notes() -> [Substring] { (directory.read("notes") ?? "").split(separator: "\n") }
        func wait(for line: String) throws {
            let deadline = MonotonicTime.now() + .seconds(30)
            while !notes().contains(where: { $0 == line }) {
                guard MonotonicTime.now() < deadline else {
                    throw SystemError(code: ETIMEDOUT, message: "no '\(line)' in \(notes())")
                }
                usleep(1_000)
            }
        }
        try wait(for: "metric hob_daemon_ready_total +1")
        try wait(for: "metric hob_daemon_services_running 3")
        try wait(for: "metric hob_log_lines_total level=warning +1")
        try child.process.handle.signal(.hangUp)
        try wait(for: "metric hob_daemon_reloads_total result=ok +1")
        try child.process.handle.signal(.terminate)
        #expect(try child.waitForExit() == .exited(code: 0))
        #expect(notes().contains("metric hob_daemon_shutdown_seconds took"))
        #expect(
            notes().last { $0.hasPrefix("metric hob_daemon_services_running") }
                == "metric hob_daemon_services_running 0")
        #expect(notes().count { $0 == "metric hob_daemon_ready_total +1" } == 1)
    }
}
