import Glibc

/// One line of a fault plan: the Nth to Mth CALL fails with ERRNO.
package struct FaultRule: Sendable, Equatable {
    /// The call that fails.
    package var call: SystemCall
    /// Which of its calls, counted from 1.
    package var occurrences: ClosedRange<Int>
    /// The errno it fails with.
    package var code: Int32

    /// A rule: these occurrences of the call fail with the errno.
    package init(_ call: SystemCall, _ occurrences: ClosedRange<Int>, _ code: Int32) {
        self.call = call
        self.occurrences = occurrences
        self.code = code
    }

    /// A rule: this one occurrence of the call fails with the errno.
    package init(_ call: SystemCall, _ occurrence: Int, _ code: Int32) {
        self.init(call, occurrence...occurrence, code)
    }

    init(parsing text: Substring) throws(SystemError) {
        func refuse(_ reason: String) -> SystemError {
            SystemError(code: EINVAL, message: "fault \"\(text)\": \(reason); write CALL:N:ERRNO or CALL:N-M:ERRNO")
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw refuse("three parts are needed") }
        guard let call = SystemCall(rawValue: String(parts[0])) else {
            throw refuse("\"\(parts[0])\" is not one of \(SystemCall.allCases.map(\.rawValue).joined(separator: " "))")
        }
        let bounds = parts[1].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard bounds.count <= 2, let first = bounds.first ?? nil, let last = bounds.last ?? nil, first >= 1,
            last >= first
        else { throw refuse("\"\(parts[1])\" is not a count from 1 or a range of them") }
        guard let code = SystemError.code(named: String(parts[2])) else {
            throw refuse("\"\(parts[2])\" is not the name of an errno")
        }
        self.init(call, first...last, code)
    }
}
