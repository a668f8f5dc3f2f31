import CHobSystem
import Glibc

/// Makes one system call: answers its result, or the negated errno when it failed.
///
/// Every call of this module goes through here, so a ``FaultPlan`` can let it fail. With none armed that costs one
/// relaxed load. EINTR is tried again unless the caller must see it.
@inline(__always)
package func invoke<Value: FixedWidthInteger & SignedInteger>(
    _ call: SystemCall, retrying: Bool = true, _ body: () -> Value
) -> Value {
    while true {
        var code = hob_faults_armed() == 0 ? 0 : FaultPlan.nextFault(of: call)
        if code == 0 {
            let result = body()
            if result >= 0 { return result }
            code = errno
        }
        if code == EINTR && retrying { continue }
        return Value(-code)
    }
}
