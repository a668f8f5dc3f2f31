/// Lays out rows in aligned columns; when the line is too narrow, the last column gives way first.
struct TextTable {
    /// One cell: what it says, and how it looks.
    struct Cell: Hashable {
        var text: String
        var color: Style.Color?

        init(_ text: String, _ color: Style.Color? = nil) {
            self.text = text
            self.color = color
        }
    }

    /// A column: its heading and the side its text stands on.
    struct Column: Hashable {
        var title: String
        var isNumeric = false
    }

    var columns: [Column]
    var rows: [[Cell]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// The lines, without trailing blanks; `width` nil never cuts.
    func lines(width: Int?, style: Style) -> [String] {
        var widths = columns.map(\.title.count)
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.text.count) }
        }
        let titles = columns.map { Cell($0.title, .dim) }
        return ([titles] + rows).map { line(of: $0, widths: widths, limit: width, style: style) }
    }

    private func line(of row: [Cell], widths: [Int], limit: Int?, style: Style) -> String {
        var result = ""
        var used = 0
        var blanks = 0
        for (index, cell) in row.enumerated() {
            if index > 0 { blanks += 2 }
            let space = widths[index] - cell.text.count
            if columns[index].isNumeric { blanks += space }
            if !cell.text.isEmpty {
                let room = limit.map { $0 - used - blanks } ?? .max
                guard room > 0 else { break }
                let text = Self.truncate(cell.text, to: room)
                result += String(repeating: " ", count: blanks)
                result += cell.color.map { style.paint(text, $0) } ?? text
                used += blanks + text.count
                blanks = 0
            }
            if !columns[index].isNumeric { blanks += space }
        }
        return result
    }

    /// Cuts a text to a number of characters; an ellipsis says that something is missing.
    static func truncate(_ text: String, to width: Int) -> String {
        text.count <= width ? text : String(text.prefix(max(0, width - 1))) + "…"
    }
}
