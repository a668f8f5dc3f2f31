import HobSystem

/// A signal has ended an operation before it was done.
struct ControlCancellation: Error {
    let signal: SignalNumber

    /// What that means for the daemon.
    func sentence(for verb: ControlVerb) -> String {
        let how = "cancelled by \(signal.name)"
        switch verb {
        case .start, .ensure, .connect: return "\(how); what was being started has ended"
        case .restart: return "\(how); see 'hob control status'"
        case .stop: return "\(how); what has been told to end goes on ending"
        case .status: return how
        }
    }
}
