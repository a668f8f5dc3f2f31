import ArgumentParser
import HobPolicy

/// What `hob control` is asked to do.
enum ControlVerb: String, CaseIterable {
    case start, stop, restart, status, ensure, connect

    /// The verb of a word; throws with the one that was probably meant.
    init(word: String) throws {
        if let verb = ControlVerb(rawValue: word) {
            self = verb
            return
        }
        let names = Self.allCases.map(\.rawValue)
        let meant = Self.otherNames[word] ?? Spelling.nearest(to: word, among: names)
        throw ValidationError(
            meant.map { "did you mean '\($0)'?" } ?? "write one of \(names.joined(separator: ", "))")
    }

    /// Whether it may start the daemon, and so needs a command.
    var starts: Bool {
        switch self {
        case .start, .restart, .ensure, .connect: true
        case .stop, .status: false
        }
    }

    /// What happens meanwhile, for a person who waits.
    var progress: String {
        switch self {
        case .start, .ensure, .connect: "starting"
        case .restart: "restarting"
        case .stop: "stopping"
        case .status: "looking for"
        }
    }

    /// What other tools call them.
    private static let otherNames = [
        "run": "start", "up": "start", "launch": "start", "kill": "stop", "down": "stop", "end": "stop",
        "terminate": "stop", "reload": "restart", "running": "status", "pid": "status", "is-active": "status",
        "show": "status", "nc": "connect", "open": "connect",
    ]
}
