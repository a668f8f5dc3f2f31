import HobSystem

/// What this process may do beyond its user's rights.
enum Capabilities: UInt64 {
    /// CAP_SYS_RESOURCE: raise hard limits, lower oom_score_adj.
    case resources = 24

    static func ownHave(_ capability: Capabilities) throws -> Bool {
        let status = String(decoding: try Descriptor.open("/proc/self/status").readAll(limit: 65_536), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        guard let digits = line?.split(whereSeparator: \.isWhitespace).last, let mask = UInt64(digits, radix: 16) else {
            return false
        }
        return mask & (1 << capability.rawValue) != 0
    }
}
