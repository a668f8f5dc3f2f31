/// Colours and weights for a terminal; without colour every method returns its text as it is.
struct Style: Hashable, Sendable {
    /// The colours in use, as SGR parameters.
    enum Color: String, Hashable, Sendable {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
        case magenta = "35"
        case cyan = "36"
        case bold = "1"
        case dim = "2"
    }

    /// Whether escape sequences are written.
    var isColored: Bool

    static let plain = Style(isColored: false)
    static let colored = Style(isColored: true)

    func paint(_ text: String, _ color: Color) -> String {
        isColored && !text.isEmpty ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The colour of an instance's name in a merged log: the same in every run, different for neighbours.
    func name(_ text: String, number: Int) -> String {
        paint(text, Self.names[((number % Self.names.count) + Self.names.count) % Self.names.count])
    }

    private static let names: [Color] = [.cyan, .yellow, .green, .magenta, .blue]
}
