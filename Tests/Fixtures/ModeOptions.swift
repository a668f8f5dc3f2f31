import Glibc

/// The words after a mode's name: options with a value, flags and plain words.
struct ModeOptions {
    private var values: [String: String] = [:]
    private var flags: Set<String> = []
    private(set) var words: [String] = []

    /// Splits the arguments; an option that the mode did not name ends the process with status 64.
    init(_ arguments: [String], mode: String, values known: Set<String> = [], flags knownFlags: Set<String> = []) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if knownFlags.contains(argument) {
                flags.insert(argument)
            } else if known.contains(argument) {
                guard let value = rest.popFirst() else { Self.refuse(mode, "\(argument) needs a value") }
                values[argument] = value
            } else if argument.hasPrefix("--") {
                let expected = known.union(knownFlags).sorted().joined(separator: " ")
                Self.refuse(mode, "unknown option \(argument); it takes: \(expected)")
            } else {
                words.append(argument)
            }
        }
    }

    subscript(_ option: String) -> String? { values[option] }

    func has(_ flag: String) -> Bool { flags.contains(flag) }

    /// The value of a numeric option, or the default; anything but a number ends the process with status 64.
    func number(_ option: String, default fallback: Int = 0) -> Int {
        guard let text = values[option] else { return fallback }
        guard let number = Int(text), number >= 0 else {
            Self.refuse("fixture", "\(option) needs a number of zero or more, not '\(text)'")
        }
        return number
    }

    /// The only plain word, which the mode cannot do without.
    func requiredWord(_ name: String, mode: String) -> String {
        guard let word = words.first else { Self.refuse(mode, "\(name) is missing") }
        return word
    }

    /// Says what is wrong with the command line and ends the process with EX_USAGE.
    static func refuse(_ mode: String, _ complaint: String) -> Never {
        writeText("hob-fixture \(mode): \(complaint)\n", to: STDERR_FILENO)
        exit(64)
    }
}
