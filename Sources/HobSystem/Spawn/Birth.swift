import CHobSystem

/// A word of shared memory in which a child enters itself just before its exec.
///
/// Whoever is killed between clone and the record of the new pid leaves a child that nobody knows. With this word,
/// what has passed exec is recorded; and a child that is not recorded yet can be called off, by whoever sees the word.
///
/// @unchecked Sendable: the word is only touched by atomic operations, and its memory is never unmapped.
package struct Birth: @unchecked Sendable {
    /// The word: the ticket in the upper half, the pid or 0 in the lower.
    let word: UnsafeMutablePointer<UInt64>
    /// The number of this one spawn; never 0.
    let ticket: UInt32

    /// Announces a spawn in a word.
    ///
    /// - Parameters:
    ///   - word: the word, in memory that outlives the child's way to exec.
    ///   - ticket: a number that no other spawn with this word has, and not 0.
    package static func announce(in word: UnsafeMutablePointer<UInt64>, ticket: UInt32) -> Birth {
        hob_word_store(word, UInt64(ticket) << 32)
        return Birth(word: word, ticket: ticket)
    }

    /// Looks who was born, and calls off whoever is not.
    ///
    /// - Returns: the pid that was entered; nil when there is none, and there will be none any more.
    package static func settle(_ word: UnsafeMutablePointer<UInt64>) -> Int32? {
        while true {
            let value = hob_word_load(word)
            let pid = Int32(truncatingIfNeeded: value)
            if pid != 0 { return pid }
            if value == 0 || hob_word_replace(word, value, 0) == 1 { return nil }
        }
    }

    /// Forgets who was born.
    package static func forget(_ word: UnsafeMutablePointer<UInt64>) {
        hob_word_store(word, 0)
    }
}
