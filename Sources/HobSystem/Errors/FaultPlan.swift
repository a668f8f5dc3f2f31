import CHobSystem
import Glibc
import Synchronization

/// Says which system calls are to fail, so that tests can inject "the third read says EINTR".
package struct FaultPlan: Sendable {
    /// What is to fail, and when.
    package var rules: [FaultRule]

    /// A plan of these rules.
    package init(_ rules: [FaultRule]) {
        self.rules = rules
    }

    /// Parses text like `clone:3:EAGAIN,log-writer/write:2-5:ENOSPC,control/open:*:EMFILE`.
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

    /// Arms a plan for the whole process, in place of an earlier one; for black-box tests of hobd.
    package static func armProcess(parsing text: String) throws(SystemError) {
        arm(ArmedFaults(try FaultPlan(parsing: text)))
    }

    /// Arms what a file says, for the whole process; an empty one lifts all faults.
    ///
    /// With a line `census`, all calls are counted, and the counts of an earlier such plan are written to the file's
    /// name with `.census` behind it. It makes its system calls past the seam: no fault keeps it from lifting faults.
    package static func armProcess(file path: String) throws(SystemError) {
        let words = try readPlain(path).split(whereSeparator: \.isWhitespace)
        let rules = words.filter { $0 != "census" }.joined(separator: ",")
        let plan = rules.isEmpty ? FaultPlan([]) : try FaultPlan(parsing: rules)
        let old = arm(ArmedFaults(plan, countingAll: words.contains("census")))
        if let census = old?.census, !census.isEmpty { writePlain(census, to: path + ".census") }
    }

    @discardableResult
    private static func arm(_ armed: ArmedFaults) -> ArmedFaults? {
        let old = processFaults.withLock { current in
            defer { current = armed }
            return current
        }
        if old == nil { hob_faults_arm(1) }
        return old
    }

    /// What plans call the running thread: the name that it was given, and `control` for the first one.
    package static var threadName: String {
        if hob_gettid() == getpid() { return "control" }
        var name = [CChar](repeating: 0, count: 17)
        _ = hob_get_thread_name(&name)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func readPlain(_ path: String) throws(SystemError) -> String {
        let file = hob_open_at(AT_FDCWD, path, O_RDONLY, 0)
        guard file >= 0 else { throw .open(path, errno) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    private static func writePlain(_ lines: [String], to path: String) {
        let file = hob_open_at(AT_FDCWD, path + ".new", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { return }
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        _ = write(file, bytes, bytes.count)
        close(file)
        // Whoever waits for it sees all of it.
        _ = rename(path + ".new", path)
    }

    /// The errno that this call is to fail with now, or 0.
    package static func nextFault(of call: SystemCall) -> Int32 {
        if let pointer = hob_faults_of_thread() {
            let code = Unmanaged<ArmedFaults>.fromOpaque(pointer).takeUnretainedValue().next(call)
            if code != 0 { return delayed(code) }
        }
        guard let armed = processFaults.withLock({ $0 }) else { return 0 }
        return delayed(armed.next(call))
    }

    /// A call that hangs for a while, and then works.
    private static func delayed(_ code: Int32) -> Int32 {
        guard code < 0 else { return code }
        usleep(UInt32(-code) * 1_000)
        return 0
    }

    private static let processFaults = Mutex<ArmedFaults?>(nil)
}
