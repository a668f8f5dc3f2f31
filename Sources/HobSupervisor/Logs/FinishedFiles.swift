import Glibc
import HobSupervisorCore
import HobSystem

/// The numbered files of an instance: gives the next number, and removes what is one too many.
struct FinishedFiles {
    private let instance: String
    private let directory: LogDirectory
    /// Known once they were looked for: the directory of many instances is read only when one is finished.
    private var numbers: [Int]?

    init(of instance: String, in directory: LogDirectory) {
        self.instance = instance
        self.directory = directory
    }

    /// Finishes the current file under the next number, which is answered.
    mutating func finishCurrent() throws(SystemError) -> Int {
        for isLast in [false, true] {
            var known = if let numbers { numbers } else { try directory.finished(of: instance) }
            let sequence = LogRotationPolicy.nextSequence(after: known)
            do throws(SystemError) {
                try directory.finish(instance, as: sequence)
                known.append(sequence)
                numbers = known
                return sequence
            } catch {
                // Somebody else made a file of this number: look again, once.
                numbers = nil
                if error.code != EEXIST || isLast { throw error }
            }
        }
        throw .file("number", LogFileName.current(of: instance), EEXIST)
    }

    /// Removes the oldest ones beyond those that are kept.
    mutating func removeSuperseded(by policy: LogRotationPolicy) throws(SystemError) {
        for sequence in policy.superseded(numbers ?? []) {
            try directory.removeFinished(sequence, of: instance)
            numbers?.removeAll { $0 == sequence }
        }
    }
}
