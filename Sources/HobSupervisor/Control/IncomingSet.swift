import HobProtocol
import HobSupervisorCore

/// An apply whose definitions are still coming in; each is read as it comes.
struct IncomingSet {
    let request: Request
    /// How many lines are still to come.
    private(set) var remaining: Int
    private(set) var set = AppliedSet()
    /// The lines as they came.
    private(set) var bytes: [UInt8] = []
    /// What is wrong with the first line that is; the others are passed over.
    private(set) var failure: JSONError?

    init(request: Request, remaining: Int) {
        self.request = request
        self.remaining = remaining
    }

    mutating func take(_ value: JSONValue, _ line: [UInt8]) {
        let isFirst = bytes.isEmpty
        bytes.append(contentsOf: line)
        bytes.append(0x0A)
        remaining -= 1
        guard failure == nil else { return }
        do throws(JSONError) { try set.take(value, isFirst: isFirst) } catch { failure = error }
    }
}
