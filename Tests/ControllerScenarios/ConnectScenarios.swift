import Glibc
import HobController
import HobSystem
import Synchronization

extension ControllerScenario {
    static let restartAndConnect = [
        ControllerScenario("DC49 restarting what does not run starts it") {
            let daemon = try ControlledDaemon()
            let pid = try await daemon.controller.restart()
            try expect(try daemon.controller.pid() == pid, "another pid")
        },
        ControllerScenario("DC50 without a restart command: stopped, then started") {
            let daemon = try ControlledDaemon()
            let first = try await daemon.controller.start()
            let second = try await daemon.controller.restart()
            try expect(first != second, "the same process")
            try expect(ProcessFacts.of(pid: first)?.isZombie ?? true, "the old one lives")
        },
        ControllerScenario("DC51 with a restart command: only that is run") {
            let daemon = try ControlledDaemon { $0.restartCommand = .shell("echo ran > '\($0.pidFile).restarted'") }
            let first = try await daemon.controller.start()
            let second = try await daemon.controller.restart()
            try expect(first == second, "it was started anew")
            try expect(daemon.text("pid.restarted") ?? "", equals: "ran")
        },
        ControllerScenario("DC52 connect starts an absent daemon and returns the connection") {
            let daemon = try ControlledDaemon()
            let path = daemon.socket
            let connection = try await daemon.controller.connect { try UnixSocket.connect(path: path) }
            try expect(!connection.isClosed, "it is closed")
            try expect(try daemon.controller.isRunning(), "it does not run")
        },
        ControllerScenario("DC53 connect uses one that runs") {
            let daemon = try ControlledDaemon()
            let path = daemon.socket
            let pid = try await daemon.controller.start()
            _ = try await daemon.controller.connect { try UnixSocket.connect(path: path) }
            try expect(try daemon.controller.pid() == pid, "another pid")
        },
    ]

    static let pings = [
        ControllerScenario("DC54 a ping closure that throws counts as down") {
            let calls = Mutex(0)
            let daemon = try ControlledDaemon {
                $0.ping = .check {
                    let call = calls.withLock { calls in
                        calls += 1
                        return calls
                    }
                    if call < 3 { throw SystemError.socket("connect to", "it", ECONNREFUSED) }
                    return true
                }
            }
            try await daemon.controller.start()
            try expect(calls.withLock { $0 } == 3, "\(calls.withLock { $0 }) calls")
        },
        ControllerScenario("DC55 what a ping closure opens is closed") {
            let connection = CountedConnection()
            let daemon = try ControlledDaemon { $0.ping = .connection { connection } }
            try await daemon.controller.start()
            try expect(connection.closed == 1, "closed \(connection.closed) times")
        },
        ControllerScenario("DC56 an error in closing it is ignored") {
            let connection = CountedConnection(fails: true)
            let daemon = try ControlledDaemon { $0.ping = .connection { connection } }
            try await daemon.controller.start()
            try expect(connection.closed == 1, "closed \(connection.closed) times")
        },
        ControllerScenario("DC57 a tcp ping: down without, up with a listener") {
            let port = try FreePort.choose()
            let daemon = try ControlledDaemon {
                $0.ping = .tcp(host: "127.0.0.1", port: port)
                $0.startTimeout = .seconds(1)
            }
            try await expectFailure(.startTimedOut) { try await daemon.controller.start() }
            let listener = Mutex<Descriptor?>(nil)
            let other = try ControlledDaemon {
                $0.ping = .tcp(host: "127.0.0.1", port: port)
                $0.beforeStart = {
                    let socket = try TCPSocket.listen(on: .loopback(port: port))
                    listener.withLock { $0 = socket }
                }
            }
            try await other.controller.start()
        },
        ControllerScenario("DC58 a unix ping: down without, up with a listener") {
            let daemon = try ControlledDaemon {
                $0.ping = .unix(path: $0.pidFile + ".other")
                $0.startTimeout = .seconds(1)
            }
            try await expectFailure(.startTimedOut) { try await daemon.controller.start() }
            let other = try ControlledDaemon()
            try await other.controller.start()
        },
    ]
}

/// Counts how often it is closed.
private final class CountedConnection: ClosableConnection, Sendable {
    private let count = Mutex(0)
    private let fails: Bool

    init(fails: Bool = false) {
        self.fails = fails
    }

    var closed: Int { count.withLock { $0 } }

    func close() throws {
        count.withLock { $0 += 1 }
        if fails { throw CancellationError() }
    }
}
