/// What a probe has found; reported on its event loop's thread.
package enum ProbeEvent: Sendable, Hashable {
    /// The target answered as it should; the probe is over.
    case succeeded(id: UInt64)
    /// The deadline has passed; the text is the last attempt's failure. The probe is over.
    case expired(id: UInt64, String)
    /// An attempt failed for another reason than the one before.
    case failedAttempt(id: UInt64, String)
}
