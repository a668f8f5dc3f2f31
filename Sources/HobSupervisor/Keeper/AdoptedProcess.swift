import HobPolicy
import HobSupervisorCore
import HobSystem

/// A process that an earlier life has made: it is no child of ours, and its end is told by others.
///
/// Used by the control thread alone.
final class AdoptedProcess {
    let handle: ProcessHandle
    var watch: Watch?
    /// Hears of the end, once.
    private var completion: ((ExitOutcome) -> Void)?

    init(_ handle: ProcessHandle, completion: @escaping (ExitOutcome) -> Void) {
        self.handle = handle
        self.completion = completion
    }

    /// Whether nobody has been told of its end.
    var isOpen: Bool { completion != nil }

    /// Tells of the end, unless that was done before.
    func end(_ outcome: ExitOutcome) {
        let completion = completion
        self.completion = nil
        completion?(outcome)
    }
}
