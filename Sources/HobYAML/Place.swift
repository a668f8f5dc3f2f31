/// A position in a file: what an editor jumps to.
package struct Place: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The file's path, as the caller named it.
    package var file: String
    /// The line, from 1.
    package var line: Int
    /// The column in characters (Unicode scalars), from 1.
    package var column: Int

    /// Makes a place; without line and column it is the beginning of the file.
    package init(file: String, line: Int = 1, column: Int = 1) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`.
    package var description: String { "\(file):\(line):\(column)" }

    /// The place as seen from another one: `line 3` in the same file, else `file:line:column`.
    package func description(from other: Place) -> String {
        file == other.file ? "line \(line)" : description
    }

    /// Orders places by file, line and column.
    package static func < (left: Self, right: Self) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}
