import HobControllerCore
import HobPolicy
import HobSystem

extension ExitOutcome {
    /// The kernel's word, in the words of the decisions.
    init(_ status: ExitStatus) {
        switch status {
        case .exited(let code): self = .exited(code)
        case .signaled(let signal, let coreDumped): self = .signaled(signal, coreDumped: coreDumped)
        }
    }
}

extension ControllerError.Code {
    /// The same kind, as callers see it.
    init(_ code: ControllerFailure.Code) {
        switch code {
        case .alreadyStarted: self = .alreadyStarted
        case .startFailed: self = .startFailed
        case .startTimedOut: self = .startTimedOut
        case .stopFailed: self = .stopFailed
        case .stopTimedOut: self = .stopTimedOut
        }
    }
}
