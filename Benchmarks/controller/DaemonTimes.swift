import HobSystem

/// What the daemon has noted about itself.
struct DaemonTimes {
    let usable: Int64
    let ended: Int64

    init(record path: String) throws {
        let bytes = try Descriptor.open(path).readAll(limit: 16)
        let numbers = bytes.withUnsafeBytes { raw in
            stride(from: 0, to: raw.count, by: 8).map { raw.loadUnaligned(fromByteOffset: $0, as: Int64.self) }
        }
        guard numbers.count == 2 else { throw SystemError(code: 5, message: "\(path) holds no two numbers") }
        usable = numbers[0]
        ended = numbers[1]
    }
}
