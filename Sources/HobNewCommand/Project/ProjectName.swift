import HobPolicy

/// The name of a new daemon: of its directory, its package, its program and, in other spellings, its module and type.
struct ProjectName: Hashable, CustomStringConvertible {
    /// As it is typed.
    let text: String

    /// Checks a name.
    ///
    /// - Throws: a sentence with a name that would do.
    init(_ text: String) throws(NewFailure) {
        if let problem = Self.problem(with: text) {
            let hint = Self.suggestion(for: text).map { "; try '\($0)'" } ?? ""
            throw NewFailure(NewFailure.usage, "'\(text)' cannot be the name of a daemon: \(problem)\(hint)")
        }
        self.text = text
    }

    var description: String { text }

    /// What Swift imports.
    var module: String { String(text.map { $0 == "-" ? "_" : $0 }) }

    /// The name of the daemon's type: `dir-lister` is `DirLister`.
    var type: String {
        let words = text.split(whereSeparator: { $0 == "-" || $0 == "_" })
        let name = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        return Self.takenTypes.contains(name) ? name + "Daemon" : name
    }

    /// What variables in the environment begin with.
    var variable: String { module.uppercased() }

    private static func problem(with text: String) -> String? {
        guard let first = text.utf8.first else { return "it is empty" }
        guard text.utf8.count <= 48 else { return "it has more than 48 letters" }
        guard text.utf8.allSatisfy({ isSmallLetter($0) || isDigit($0) || $0 == dash || $0 == underscore }) else {
            return "it may hold small letters, digits, '-' and '_'"
        }
        guard isSmallLetter(first) else { return "it must begin with a letter" }
        guard let last = text.utf8.last, isSmallLetter(last) || isDigit(last), !text.contains("--") else {
            return "each '-' and '_' must stand between letters or digits"
        }
        if keywords.contains(text) { return "it is a word of the Swift language" }
        if modules.contains(text) { return "a module that it uses has this name" }
        return nil
    }

    /// A name near to one that is refused.
    private static func suggestion(for text: String) -> String? {
        var result: [UInt8] = []
        var wasSmall = false
        for byte in text.utf8 {
            let isCapital = (0x41...0x5A).contains(byte)
            if isSmallLetter(byte) || isDigit(byte) || isCapital {
                // A capital behind a small letter begins a word.
                if isCapital, wasSmall { result.append(dash) }
                result.append(isCapital ? byte + 0x20 : byte)
            } else if let last = result.last, last != dash {
                result.append(dash)
            }
            wasSmall = isSmallLetter(byte) || isDigit(byte)
        }
        var name = String(decoding: result.drop { !isSmallLetter($0) }.prefix(40), as: UTF8.self)
        while name.hasSuffix("-") { name.removeLast() }
        if keywords.contains(name) || modules.contains(name) { name = "my-\(name)" }
        return problem(with: name) == nil ? name : nil
    }

    private static let dash = UInt8(ascii: "-")
    private static let underscore = UInt8(ascii: "_")
    private static func isSmallLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// A module of such a name cannot be imported.
    private static let keywords: Set<String> = [
        "as", "associatedtype", "await", "break", "case", "catch", "class", "continue", "default", "defer", "deinit",
        "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if",
        "import", "in", "init", "inout", "internal", "is", "let", "nil", "open", "operator", "precedencegroup",
        "private", "protocol", "public", "repeat", "rethrows", "return", "self", "static", "struct", "subscript",
        "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
    ]

    /// In small letters: on some disks `hob` and `Hob` are one file. `main` and `swift` belong to the compiler.
    private static let modules: Set<String> = [
        "main", "swift", "hob", "hobd", "hob-new", "glibc", "testing", "foundation", "logging", "metrics",
        "configuration", "argumentparser", "servicelifecycle", "hobtasks", "hobpolicy", "hobsystem", "hobcontroller",
        "hummingbird", "nio", "niocore", "nioposix", "swift-nio", "swift-log", "yams", "test", "tests", "xctest",
    ]

    /// A type of such a name would hide one that the package uses.
    private static let takenTypes: Set<String> = [
        "Any", "Application", "Array", "Bool", "Character", "Clock", "Collector", "Configuration", "Counter", "Daemon",
        "DaemonConfiguration", "DaemonContext", "DaemonProgram", "Data", "Date", "Dictionary", "Disk", "Double",
        "Duration", "Echo", "EchoServer", "Error", "Flag", "Float", "Greeting", "Int", "Keys", "LifeCycleTests",
        "LocalSocket", "Logger", "Never", "Optional", "Option", "Process", "Reporter", "Result", "Router", "Routes",
        "Schedule", "Sequence", "Service", "Set", "String", "Substring", "Swift", "Task", "Test", "Tests", "Type",
        "Usage", "Void",
    ]
}
