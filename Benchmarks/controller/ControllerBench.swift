import Glibc
import HobController
import HobSystem

/// Starts and stops a daemon many times and prints how much later than the daemon itself the controller knew.
///
/// `controller-bench DAEMON DIRECTORY PORT ROUNDS CALLS CASE…` prints lines "CASE start|stop NANOSECONDS…" for each case,
/// and with CALLS above zero "- ensure|connect|running NANOSECONDS…" for calls on a daemon that runs.
@main
struct ControllerBench {
    static func main() async throws {
        let words = CommandLine.arguments.dropFirst()
        let numbers = words.dropFirst(2).prefix(3).compactMap { Int($0) }
        let cases = words.dropFirst(5).compactMap { BenchCase($0) }
        guard numbers.count == 3, let port = UInt16(exactly: numbers[0]), cases.count == words.count - 5,
            let daemon = words.first, let directory = words.dropFirst().first
        else {
            print("usage: controller-bench DAEMON DIRECTORY PORT ROUNDS CALLS CASE…")
            exit(64)
        }
        for entry in cases {
            let controller = try entry.controller(daemon: daemon, directory: directory, port: port)
            try await rounds(numbers[1], of: controller, entry, record: "\(directory)/record")
        }
        if numbers[2] > 0, let entry = BenchCase("-:unix:daemon:0:0") {
            let controller = try entry.controller(daemon: daemon, directory: directory, port: port)
            try await controller.start()
            try await calls(numbers[2], of: controller, socket: "\(directory)/socket")
            try await controller.stop()
        }
    }

    private static func rounds(
        _ count: Int, of controller: DaemonController, _ entry: BenchCase, record: String
    ) async throws {
        var starts: [Int64] = []
        var stops: [Int64] = []
        // The first two find nothing in any cache.
        for round in -2..<count {
            if entry.isBlocking { try startBlocking(controller) } else { try await controller.start() }
            let started = MonotonicTime.now().nanoseconds
            let usable = try DaemonTimes(record: record).usable
            if entry.isBlocking { try stopBlocking(controller) } else { try await controller.stop() }
            let stopped = MonotonicTime.now().nanoseconds
            guard round >= 0 else { continue }
            starts.append(started - usable)
            stops.append(stopped - (try DaemonTimes(record: record).ended))
        }
        show(entry.name, "start", starts)
        show(entry.name, "stop", stops)
    }

    // Not from a task by rule; here nobody else needs the thread.
    private static func startBlocking(_ controller: DaemonController) throws { try controller.blocking.start() }
    private static func stopBlocking(_ controller: DaemonController) throws { try controller.blocking.stop() }

    private static func calls(_ count: Int, of controller: DaemonController, socket: String) async throws {
        var times: [Int64] = []
        for _ in 0..<count {
            let begun = MonotonicTime.now().nanoseconds
            try await controller.ensure()
            times.append(MonotonicTime.now().nanoseconds - begun)
        }
        show("-", "ensure", times)
        times = []
        for _ in 0..<count {
            let begun = MonotonicTime.now().nanoseconds
            let connection = try await controller.connect { try UnixSocket.connect(path: socket) }
            times.append(MonotonicTime.now().nanoseconds - begun)
            connection.close()
        }
        show("-", "connect", times)
        times = []
        for _ in 0..<count {
            let begun = MonotonicTime.now().nanoseconds
            guard try controller.isRunning() else { exit(1) }
            times.append(MonotonicTime.now().nanoseconds - begun)
        }
        show("-", "running", times)
    }

    private static func show(_ name: String, _ what: String, _ times: [Int64]) {
        print(name, what, times.map(String.init).joined(separator: " "))
    }
}
