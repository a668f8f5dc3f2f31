import CHobSystem
import Glibc

/// What a supervisor was started with and changes for itself; its children get the original values back.
package struct OriginalLimits: Sendable, Hashable {
    /// Soft and hard limit of open files.
    package var openFiles: ResourceLimit
    /// The nice value.
    package var nice: Int32
    /// Nil where /proc cannot say.
    package var oomScoreAdjustment: Int32?
    /// Whether the caller has changed its own oom_score_adj since; a child that inherits the right one need not write it.
    package var hasChangedOOMScore = false

    /// What a child must be given; nil when it inherits the right one.
    package var changedOOMScore: Int32? { hasChangedOOMScore ? oomScoreAdjustment : nil }

    /// Captures the caller's values; to be called before it changes any.
    package static func capture() throws(SystemError) -> OriginalLimits {
        let files = try ProcessLimits.get(.openFiles)
        let text = ProcFile.read(getpid(), "oom_score_adj") { bytes in
            String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)
        }
        return OriginalLimits(
            openFiles: ResourceLimit(.openFiles, soft: files.soft, hard: files.hard),
            nice: hob_get_nice(),
            oomScoreAdjustment: text.flatMap { Int32($0) })
    }

    /// Fills in what the request does not say itself.
    package func restore(in request: inout SpawnRequest) {
        if !request.limits.contains(where: { $0.resource == .openFiles }) { request.limits.append(openFiles) }
        if request.nice == nil, hob_get_nice() != nice { request.nice = nice }
        if request.oomScoreAdjustment == nil { request.oomScoreAdjustment = changedOOMScore }
    }
}
