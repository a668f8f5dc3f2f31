/// One line of an instance's log.
package struct LogLine: Hashable, Sendable {
    /// The instance that wrote it.
    package var instance: String
    /// When, in milliseconds of Unix time; a line without a stamp has the time of the one before it.
    package var time: Int64
    /// The line as it stands in the file, without its end.
    package var bytes: [UInt8]
    /// How many bytes at its front are the stamp and its blank.
    package var stampLength: Int

    /// Makes a line out of the bytes of a file; `previous` is the time of the line before.
    package init(instance: String, bytes: [UInt8], previous: Int64) {
        self.instance = instance
        self.bytes = bytes
        if let stamp = RFC3339.stamp(of: bytes) {
            time = stamp.time
            stampLength = stamp.length
        } else {
            time = previous
            stampLength = 0
        }
    }

    /// Whether the line has a stamp of its own.
    package var hasStamp: Bool { stampLength > 0 }

    /// What the service wrote.
    package var text: ArraySlice<UInt8> { bytes[stampLength...] }
}
