import HobSystem

/// What `hob new` has made, so that `hob destroy` knows what to take away: `.hob-new/manifest` in the project.
///
/// Lines of `sha256sum`, with everything else in comments:
///
///     # kind simple
///     # directory Sources
///     # original README.md
///     9f86d081…  README.md
struct ProjectManifest: Hashable {
    /// Where it and the originals lie.
    static let directory = ".hob-new"
    static let path = ".hob-new/manifest"
    /// What was overwritten lies below, under its old path.
    static let originals = ".hob-new/originals"

    /// The kind of the project.
    var kind: String
    /// Digests of the files that were written, by path.
    var files: [String: String] = [:]
    /// Directories that were made; `.` is the project's own.
    var directories: Set<String> = []
    /// Files that were there before and have been overwritten.
    var originals: Set<String> = []

    init(kind: String) {
        self.kind = kind
    }

    /// Reads it.
    ///
    /// - Throws: a sentence with the line that is wrong.
    init(parsing text: String, from place: String) throws(NewFailure) {
        kind = ""
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            func refusal(_ reason: String) -> NewFailure {
                NewFailure(NewFailure.failed, "\(place):\(index + 1): \(reason); nothing has been changed")
            }
            if line.isEmpty { continue }
            if line.hasPrefix("# ") {
                let words = line.dropFirst(2).split(separator: " ", maxSplits: 1)
                guard words.count == 2 else { continue }
                let value = String(words[1])
                switch words[0] {
                case "kind": kind = value
                case "directory":
                    guard value == "." || Self.isBelow(value) else { throw refusal("\(value) is not in the project") }
                    directories.insert(value)
                case "original":
                    guard Self.isBelow(value) else { throw refusal("\(value) is not in the project") }
                    originals.insert(value)
                default: break
                }
                continue
            }
            let digest = line.prefix(64)
            let path = String(line.dropFirst(66))
            guard digest.utf8.count == 64, digest.allSatisfy(\.isHexDigit), line.dropFirst(64).hasPrefix("  ") else {
                throw refusal("expected a SHA-256, two blanks and a path")
            }
            guard Self.isBelow(path) else { throw refusal("\(path) is not in the project") }
            files[path] = String(digest)
        }
    }

    /// As it is written.
    var text: String {
        var lines = [
            "# Written by hob new, read by hob destroy; 'sha256sum -c .hob-new/manifest' tells what has changed since.",
            "# kind \(kind)",
        ]
        lines += directories.sorted().map { "# directory \($0)" }
        lines += originals.sorted().map { "# original \($0)" }
        lines += files.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)" }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Whether a path stays in the project: the manifest may come from anybody.
    private static func isBelow(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return !path.isEmpty && !path.utf8.contains(0)
            && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } && parts.first != Substring(directory)
    }
}
