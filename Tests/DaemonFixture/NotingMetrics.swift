import CoreMetrics

/// A metrics backend that notes everything.
struct NotingMetrics: MetricsFactory {
    let notes: Notes

    final class Handler: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
        let notes: Notes
        let name: String

        init(_ notes: Notes, _ label: String, _ dimensions: [(String, String)]) {
            self.notes = notes
            name = ([label] + dimensions.map { "\($0.0)=\($0.1)" }).joined(separator: " ")
        }

        func increment(by amount: Int64) { notes.add("metric \(name) +\(amount)") }
        func increment(by amount: Double) { notes.add("metric \(name) +\(amount)") }
        func decrement(by amount: Double) { notes.add("metric \(name) -\(amount)") }
        func reset() {}
        func set(_ value: Int64) { notes.add("metric \(name) \(value)") }
        func set(_ value: Double) { notes.add("metric \(name) \(value)") }
        func record(_ value: Int64) { notes.add("metric \(name) \(value)") }
        func record(_ value: Double) { notes.add("metric \(name) \(value)") }
        func recordNanoseconds(_ duration: Int64) { notes.add("metric \(name) \(duration > 0 ? "took" : "none")") }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(notes, label, dimensions)
    }
    func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { Handler(notes, label, dimensions) }
    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Handler(notes, label, dimensions)
    }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Handler(notes, label, dimensions)
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Handler(notes, label, dimensions)
    }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
