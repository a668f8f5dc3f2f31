import CHobSystem
import Synchronization

/// Says which system calls are to fail, so that tests can inject "the third read says EINTR".
package struct FaultPlan: Sendable {
    /// What is to fail, and when.
    package var rules: [FaultRule]

    /// A plan of these rules.
    package init(_ rules: [FaultRule]) {
        self.rules = rules
    }

    /// Parses text like `clone:3:EAGAIN,write:2-5:ENOSPC`.
    package init(parsing text: String) throws(SystemError) {
        rules = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            rules.append(try FaultRule(parsing: part))
        }
    }

    /// Runs the body with this plan armed for the current thread only; calls are counted from 1.
    package static func during<Result, Failure: Error>(
        _ plan: FaultPlan, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let armed = ArmedFaults(plan)
        let outer = hob_faults_of_thread()
        hob_faults_set_of_thread(Unmanaged.passUnretained(armed).toOpaque())
        hob_faults_arm(1)
        defer {
            hob_faults_arm(-1)
            hob_faults_set_of_thread(outer)
            // The thread's pointer does not retain: the counters must outlive the body.
            withExtendedLifetime(armed) {}
        }
        return try body()
    }

    /// Arms a plan for the whole process and for good; for black-box tests of hobd.
    package static func armProcess(parsing text: String) throws(SystemError) {
        let armed = ArmedFaults(try FaultPlan(parsing: text))
        let isFirst = processFaults.withLock { current in
            defer { current = armed }
            return current == nil
        }
        if isFirst { hob_faults_arm(1) }
    }

    /// The errno that this call is to fail with now, or 0.
    package static func nextFault(of call: SystemCall) -> Int32 {
        if let pointer = hob_faults_of_thread() {
            let code = Unmanaged<ArmedFaults>.fromOpaque(pointer).takeUnretainedValue().next(call)
            if code != 0 { return code }
        }
        guard let armed = processFaults.withLock({ $0 }) else { return 0 }
        return armed.next(call)
    }

    private static let processFaults = Mutex<ArmedFaults?>(nil)
}
