/// How the ends of lines become part of a text.
extension [UInt8] {
    /// Adds what some ends of lines mean between two words: a blank for one, else one less than there are.
    mutating func appendFolded(_ breaks: Int) {
        if breaks == 1 { append(0x20) } else { appendBreaks(breaks - 1) }
    }

    /// Adds ends of lines.
    mutating func appendBreaks(_ count: Int) {
        if count > 0 { append(contentsOf: repeatElement(0x0A, count: count)) }
    }
}
