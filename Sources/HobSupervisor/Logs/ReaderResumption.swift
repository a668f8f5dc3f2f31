/// Leads from the writer to the reader, which is made after it.
///
/// @unchecked Sendable: `reader` is set before either thread starts, and read on the reader's thread.
final class ReaderResumption: @unchecked Sendable {
    /// Weak, since reader and writer would keep each other alive.
    weak var reader: LogReader?
}
