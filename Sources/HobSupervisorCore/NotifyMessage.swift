/// What a service says of itself over its notify socket: lines of `NAME=value`, as sd_notify(3) sends them.
package struct NotifyMessage: Hashable, Sendable {
    /// READY=1.
    package var isReady = false
    /// RELOADING=1.
    package var isReloading = false
    /// STOPPING=1.
    package var isStopping = false
    /// WATCHDOG=1.
    package var feedsWatchdog = false
    /// WATCHDOG=trigger.
    package var triggersWatchdog = false
    /// STATUS=…
    package var status: String?
    /// MAINPID=…
    package var mainPID: Int32?
    /// EXTEND_TIMEOUT_USEC=…
    package var timeoutExtension: Duration?
    /// FDSTORE=1: the descriptors that come with the message are to outlive the process.
    package var storesDescriptors = false
    /// FDSTOREREMOVE=1: those of `descriptorName` are to be closed.
    package var removesDescriptors = false
    /// FDNAME=…; `stored` when none was given.
    package var descriptorName = "stored"
    /// ERRNO=…
    package var errorNumber: Int32?

    /// Reads a datagram; what is not understood is passed over, since services send more than we know.
    package init(_ bytes: [UInt8]) {
        for line in bytes.split(separator: 0x0A) {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: line[..<equals], as: UTF8.self)
            let value = String(decoding: line[line.index(after: equals)...], as: UTF8.self)
            switch name {
            case "READY": isReady = value == "1"
            case "RELOADING": isReloading = value == "1"
            case "STOPPING": isStopping = value == "1"
            case "WATCHDOG":
                feedsWatchdog = value == "1"
                triggersWatchdog = value == "trigger"
            case "STATUS": status = Self.printable(value)
            case "MAINPID": mainPID = Int32(value).flatMap { $0 > 1 ? $0 : nil }
            case "EXTEND_TIMEOUT_USEC":
                // A service may ask for an hour at most at a time: more is a mistake in its arithmetic.
                timeoutExtension = Int64(value).flatMap { $0 > 0 ? .microseconds(min($0, 3_600_000_000)) : nil }
            case "FDSTORE": storesDescriptors = value == "1"
            case "FDSTOREREMOVE": removesDescriptors = value == "1"
            case "FDNAME": if Self.isName(value) { descriptorName = value }
            case "ERRNO": errorNumber = Int32(value)
            default: break
            }
        }
    }

    /// A name that stands in $LISTEN_FDNAMES between colons, and fits into the keeper's table.
    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
    }

    /// One line that a terminal can bear.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(200).filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }))
    }
}
