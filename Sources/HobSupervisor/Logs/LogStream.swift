import HobSupervisorCore
import HobSystem

/// What the reader knows of one instance: its FIFO and what is asked about it.
///
/// @unchecked Sendable: after it was handed to the reader, the reader's thread alone touches what changes.
final class LogStream: @unchecked Sendable {
    /// Something that is due once the bytes are read that were in the FIFO when it was asked for.
    struct Drain {
        enum Purpose {
            /// Say so.
            case report(token: UInt64, endsLine: Bool)
            /// Let go of the instance.
            case close
        }

        var purpose: Purpose
        var remaining: Int
    }

    let slot: Int
    let output: LogOutput
    let channel: LogChannel
    /// Whether lines get stamps.
    var isStamped: Bool
    var watch: Watch?
    /// Whether reading has stopped until the writer has caught up.
    var isParked = false
    /// Whether its output is dropped while its file cannot be written.
    var mayDrop: Bool
    /// What has been dropped and not yet been told in the log.
    var dropped = (bytes: 0, lines: 0)
    /// What the writer had done when the stream was parked: nothing more since then is a disk that does not answer.
    var releasedWhenParked: UInt64 = 0
    /// Whether its disk does not answer, and that was told.
    var isHung = false
    /// Whether its reading is to be tried again, since the kernel refused something.
    var isRetrying = false
    /// Whether it was let go of.
    var isClosed = false
    var drains: [Drain] = []
    var fifo: Descriptor { output.fifo }

    init(slot: Int, output: LogOutput, channel: LogChannel, definition: LogDefinition) {
        self.slot = slot
        self.output = output
        self.channel = channel
        isStamped = definition.timestamps == .rfc3339
        mayDrop = definition.full == .drop
    }
}
