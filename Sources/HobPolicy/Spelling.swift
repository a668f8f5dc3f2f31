/// Finds what somebody probably meant.
public enum Spelling {
    /// The candidate nearest to a word, when it is near enough to be meant.
    ///
    /// Near is at most a third of the shorter one's letters changed, added, left out or swapped with their neighbour
    /// (optimal string alignment distance).
    public static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(Array(word.lowercased().utf8), Array(candidate.lowercased().utf8))
            let allowed = max(1, min(word.utf8.count, candidate.utf8.count) / 3)
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// `did you mean 'web'?`, or nil when nothing is near.
    public static func didYouMean(_ word: String, among candidates: some Sequence<String>) -> String? {
        nearest(to: word, among: candidates).map { "did you mean '\($0)'?" }
    }

    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        // A name far longer than any of ours is nobody's typo, and the table would be its square.
        guard a.count <= 128, b.count <= 128 else { return .max }
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
