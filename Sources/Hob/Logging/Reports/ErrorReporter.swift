import HobController
import HobPolicy
import HobProtocol
import HobSystem
import Logging

/// Tells somebody of errors, on a thread of its own; a report that hangs or fails holds up nobody.
final class ErrorReporter: LogSink {
    private struct State {
        var queue: ReportQueue
        var isBusy = false
        var isClosed = false
    }

    private enum Task {
        case report(ReportQueue.Report)
        case end
    }

    private let core: Core

    /// - Parameter complain: Where it is told that a report failed; it must not lead back here.
    init(
        _ report: ErrorReport, daemon: String, complain: @escaping @Sendable (LogRecord) -> Void
    ) throws(LogError) {
        let receiver: any ReportReceiver
        switch report.receiver {
        case .command(let words):
            guard let first = words.first, !first.isEmpty else {
                throw LogError(.badReport, "the error report's command is empty: give a program and its arguments")
            }
            receiver = ReportCommand(words)
        case .shell(let line): receiver = ReportCommand(["/bin/sh", "-c", line])
        case .webhook(let url):
            guard let address = HTTPAddress(url) else {
                throw LogError(
                    .badReport,
                    "the error report's webhook \"\(url)\" is no http:// URL; for https give a command, like "
                        + "curl -sf --json @- URL")
            }
            receiver = ReportWebhook(address)
        }
        let core = Core(report: report, receiver: receiver, daemon: daemon, complain: complain)
        do throws(SystemError) { try Thread.start(name: "hob-report") { core.work() } } catch {
            throw LogError(.noResources, error.message, cause: error)
        }
        self.core = core
    }

    deinit {
        core.close()
    }

    func write(_ record: LogRecord) {
        if record.level >= core.report.level { core.add(record) }
    }

    /// What is held back by the rate limit is not waited for.
    func flush(within limit: Duration) -> Bool {
        core.waitUntilIdle(MonotonicTime.now() + limit)
    }

    /// What the thread holds; the sink itself may go before it.
    private final class Core: Sendable {
        let report: ErrorReport
        private let receiver: any ReportReceiver
        private let daemon: String
        private let complain: @Sendable (LogRecord) -> Void
        private let monitor: Monitor<State>

        init(
            report: ErrorReport, receiver: any ReportReceiver, daemon: String,
            complain: @escaping @Sendable (LogRecord) -> Void
        ) {
            self.report = report
            self.receiver = receiver
            self.daemon = daemon
            self.complain = complain
            monitor = Monitor(State(queue: ReportQueue(report.limit)))
        }

        func add(_ record: LogRecord) {
            monitor.withLock { $0.queue.add(record) }
            monitor.broadcast()
        }

        func close() {
            monitor.withLock { $0.isClosed = true }
            monitor.broadcast()
        }

        func waitUntilIdle(_ deadline: MonotonicTime) -> Bool {
            monitor.wait(until: deadline) { !$0.isBusy && !$0.queue.hasWaiting ? true : nil } ?? false
        }

        func work() {
            while case .report(let due) = next() {
                let deadline = MonotonicTime.now() + report.deadline
                if let problem = receiver.send(due, until: deadline) {
                    complain(
                        LogRecord(
                            level: .warning, daemon: daemon, label: daemon, source: "Hob",
                            message: "an error could not be reported: \(problem)"))
                }
                monitor.withLock { $0.isBusy = false }
                monitor.broadcast()
            }
        }

        private func next() -> Task {
            monitor.waitUntil { state, now in
                let instant = MonotonicInstant(nanoseconds: now.nanoseconds)
                if let due = state.queue.next(at: instant) {
                    state.isBusy = true
                    return .done(.report(due))
                }
                if state.isClosed { return .done(.end) }
                return .wait(until: state.queue.nextRoom.map { MonotonicTime(nanoseconds: $0.nanoseconds) })
            }
        }
    }
}

/// Takes a report somewhere.
protocol ReportReceiver: Sendable {
    /// Sends it; answers what went wrong.
    func send(_ report: ReportQueue.Report, until deadline: MonotonicTime) -> String?
}

extension ReportQueue.Report {
    /// The record as one JSON object on one line.
    var json: [UInt8] {
        let held = JSONMember("held_back", .integer(Int64(heldBack)))
        return JSONWriter.line(of: JSONLine.object(of: record, showsCaller: true, extra: [held]))
    }
}
