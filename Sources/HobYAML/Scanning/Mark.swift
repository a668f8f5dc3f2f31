/// A position in a text: its byte, and its line and column as a person counts them.
struct Mark: Hashable {
    /// The byte, from 0.
    var offset: Int
    /// The line, from 1.
    var line: Int
    /// The column in characters, from 1.
    var column: Int

    /// The position behind the one-byte indicator that stands here.
    var behindIndicator: Mark {
        Mark(offset: offset + 1, line: line, column: column + 1)
    }

    /// `line 3, column 7`, for messages about another place.
    var phrase: String { "line \(line), column \(column)" }

    /// The position as a place in a file.
    func place(in file: String) -> Place {
        Place(file: file, line: line, column: column)
    }
}
