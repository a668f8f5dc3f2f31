/// Finds what somebody probably meant.
enum Suggestion {
    /// The candidate with the fewest typing errors; nil when none is near enough to be meant.
    static func closest(to word: String, among candidates: some Sequence<String>) -> String? {
        let letters = Array(word.lowercased())
        var best: (distance: Int, word: String)?
        for candidate in candidates {
            let distance = Self.distance(letters, Array(candidate.lowercased()))
            if distance < best?.distance ?? .max { best = (distance, candidate) }
        }
        guard let best, best.distance <= max(1, min(letters.count, best.word.count) / 3 + 1), best.distance < letters.count
        else { return nil }
        return best.word
    }

    /// How many letters must be inserted, dropped, replaced or swapped with their neighbour.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in 0..<left.count {
            var row = [i + 1]
            for j in 0..<right.count {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        // Never empty: it began with one element.
        return last[last.count - 1]
    }
}
