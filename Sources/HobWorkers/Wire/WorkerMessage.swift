/// What a worker and its pool say to each other.
enum WorkerMessage: Hashable, Sendable {
    /// Of the worker, first: the version of this protocol and its build.
    case hello(version: UInt64, build: String)
    /// Of the worker: it may be used.
    case ready
    /// Of the worker: it makes progress; how many requests it has served so far.
    case beat(requests: UInt64)
    /// Of the worker, last: what its `run` has thrown, or which hard timeout it has passed; empty when all went well.
    case failed(String)
    /// Of the worker: it should be replaced, since it has served enough, or a HUP came.
    case recycle(isForRequests: Bool)
    /// Of the pool: finish what you have in hand, and end.
    case stop

    static let version: UInt64 = 1
    static let mostBytes = 64 * 1024

    private enum Kind: UInt8 {
        case hello = 1, ready, beat, failed, recycle, stop
    }

    var frame: Frame {
        switch self {
        case .hello(let version, let build): Self.frame(.hello, version, Array(build.utf8))
        case .ready: Self.frame(.ready)
        case .beat(let requests): Self.frame(.beat, requests)
        case .failed(let text): Self.frame(.failed, 0, Array(text.utf8.prefix(Self.mostBytes / 2)))
        case .recycle(let isForRequests): Self.frame(.recycle, isForRequests ? 1 : 0)
        case .stop: Self.frame(.stop)
        }
    }

    /// The message of a frame; nil for one that this version does not know.
    init?(_ frame: Frame) {
        let text = String(decoding: frame.payload, as: UTF8.self)
        switch Kind(rawValue: frame.kind) {
        case .hello: self = .hello(version: frame.id, build: text)
        case .ready: self = .ready
        case .beat: self = .beat(requests: frame.id)
        case .failed: self = .failed(text)
        case .recycle: self = .recycle(isForRequests: frame.id == 1)
        case .stop: self = .stop
        case nil: return nil
        }
    }

    private static func frame(_ kind: Kind, _ id: UInt64 = 0, _ payload: [UInt8] = []) -> Frame {
        Frame(kind: kind.rawValue, id: id, payload: payload)
    }
}
