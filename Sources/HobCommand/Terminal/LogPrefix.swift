import HobClient

/// Writes log lines for people: the instance's name in its colour, aligned, then the line.
struct LogPrefix {
    /// Whether the stamps are shown.
    var showsTimestamps: Bool
    /// Whether names are shown: not when only one instance can appear.
    var showsNames: Bool
    var style: Style
    private var width = 0
    private var numbers: [String: Int] = [:]

    init(names: [String], showsTimestamps: Bool, showsNames: Bool, style: Style) {
        self.showsTimestamps = showsTimestamps
        self.showsNames = showsNames
        self.style = style
        for name in names { add(name) }
    }

    /// Makes room for one more name.
    mutating func add(_ name: String) {
        guard numbers[name] == nil else { return }
        numbers[name] = numbers.count
        width = max(width, name.count)
    }

    /// The bytes of one line and its end, as the service wrote them.
    mutating func bytes(of line: LogLine) -> [UInt8] {
        var bytes: [UInt8] = []
        if showsNames { bytes += Array(head(line.instance).utf8) }
        bytes += showsTimestamps ? line.bytes[...] : line.text
        bytes.append(0x0A)
        return bytes
    }

    /// The part before a line of this name.
    mutating func head(_ name: String) -> String {
        add(name)
        let padding = String(repeating: " ", count: width - name.count)
        return style.name(name + padding + " |", number: numbers[name] ?? 0) + " "
    }
}
