import HobClient
import HobProtocol
import HobSupervisorCore

/// The merged view of a foreground `up`: the services' lines, and hob's own between them.
struct ForegroundScreen {
    /// The name under which hob speaks among the services.
    static let ownName = "hob"

    private let console: Console
    private var prefix: LogPrefix
    /// Whether instances on their way down are news.
    var showsStopping = false

    init(console: Console) {
        self.console = console
        prefix = LogPrefix(names: [], showsTimestamps: false, showsNames: true, style: console.style)
    }

    /// Aligns the names of all instances there will be.
    mutating func prepare(_ set: AppliedSet) {
        for service in set.services where service.instances > 0 {
            for index in 1...service.instances { prefix.add(service.identity(of: index).name) }
        }
        prefix.add(Self.ownName)
    }

    /// Shows lines of services.
    mutating func show(_ lines: [LogLine]) {
        var bytes: [UInt8] = []
        for line in lines { bytes += prefix.bytes(of: line) }
        if !bytes.isEmpty { console.write(bytes) }
    }

    /// Says something in hob's own name.
    mutating func say(_ text: String) {
        guard !console.isQuiet else { return }
        console.print(prefix.head(Self.ownName) + text)
    }

    /// Shows an event if it is news to a person who reads the log.
    mutating func show(_ event: EventRecord) {
        guard Self.isNews(event, showsStopping: showsStopping) else { return }
        let name = event.instance.map { console.style.paint($0, .bold) + " " } ?? ""
        say(name + EventLine.summary(event, style: console.style))
    }

    /// Shows an outcome that the events did not tell.
    mutating func show(_ outcome: Outcome) {
        let line = OutcomeLine(outcome, verb: .apply)
        if line.isComplaint { say(console.style.paint(line.text, .red)) }
    }

    static func isNews(_ event: EventRecord, showsStopping: Bool) -> Bool {
        switch event.kind {
        case .exited, .warning, .applied: true
        case .spawned, .signaled, .hook: false
        case .state:
            switch event.state {
            case .ready, .running, .failed, .done, .backingOff, .stopped: true
            case .stopping: showsStopping
            case .waiting, .starting, nil: false
            }
        }
    }
}
