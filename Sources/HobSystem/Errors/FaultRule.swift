import Glibc

/// One line of a fault plan: on THREAD, the Nth to Mth CALL fails with ERRNO, or takes so long.
package struct FaultRule: Sendable, Equatable {
    /// The thread whose calls fail, by its name (``FaultPlan/threadName``); nil for all threads together.
    package var thread: String?
    /// The call that fails.
    package var call: SystemCall
    /// Which of its calls, counted from 1.
    package var occurrences: ClosedRange<Int>
    /// The errno it fails with; a negative number is how many milliseconds later it is made.
    package var code: Int32

    /// A rule: these occurrences of the call fail with the errno.
    package init(_ call: SystemCall, _ occurrences: ClosedRange<Int>, _ code: Int32, on thread: String? = nil) {
        self.thread = thread
        self.call = call
        self.occurrences = occurrences
        self.code = code
    }

    /// A rule: this one occurrence of the call fails with the errno.
    package init(_ call: SystemCall, _ occurrence: Int, _ code: Int32) {
        self.init(call, occurrence...occurrence, code)
    }

    /// The rule as a plan writes it.
    package var text: String {
        let range: String
        if occurrences.upperBound == .max {
            range = occurrences.lowerBound == 1 ? "*" : "\(occurrences.lowerBound)-"
        } else {
            range = "\(occurrences.lowerBound)-\(occurrences.upperBound)"
        }
        return
            "\(thread.map { $0 + "/" } ?? "")\(call.rawValue):\(range):\(code < 0 ? "SLEEP\(-code)" : SystemError.name(of: code))"
    }

    init(parsing text: Substring) throws(SystemError) {
        func refuse(_ reason: String) -> SystemError {
            SystemError(
                code: EINVAL,
                message: "fault \"\(text)\": \(reason); write [THREAD/]CALL:N:ERRNO, CALL:N-M:ERRNO or CALL:*:ERRNO")
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw refuse("three parts are needed") }
        let site = parts[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = site.last, let call = SystemCall(rawValue: String(name)) else {
            throw refuse("\"\(parts[0])\" is not one of \(SystemCall.allCases.map(\.rawValue).joined(separator: " "))")
        }
        guard let occurrences = Self.occurrences(parts[1]) else {
            throw refuse("\"\(parts[1])\" is not a count from 1, a range of them or *")
        }
        guard let code = Self.code(parts[2]) else {
            throw refuse("\"\(parts[2])\" is neither the name of an errno nor SLEEP and a number of milliseconds")
        }
        self.init(call, occurrences, code, on: site.count == 2 ? String(site[0]) : nil)
    }

    /// `ENOSPC`, or `SLEEP500`.
    private static func code(_ text: Substring) -> Int32? {
        guard text.hasPrefix("SLEEP") else { return SystemError.code(named: String(text)) }
        return Int32(text.dropFirst(5)).flatMap { (1...60_000).contains($0) ? -$0 : nil }
    }

    /// `3`, `2-5`, `2-` (from the second on) or `*`.
    private static func occurrences(_ text: Substring) -> ClosedRange<Int>? {
        if text == "*" { return 1 ... .max }
        let bounds = text.split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count <= 2, let first = Int(bounds[0]), first >= 1 else { return nil }
        if bounds.count == 1 { return first...first }
        if bounds[1].isEmpty { return first ... .max }
        guard let last = Int(bounds[1]), last >= first else { return nil }
        return first...last
    }
}
