import HobSupervisorCore
import HobYAML

/// Turns the trees of one or more files into definitions that agree with each other.
struct ConfigurationCompiler {
    /// A group as it was written.
    struct Group {
        let name: String
        let place: Place
        let members: [ParsedService.Reference]
    }

    let context: LoadingContext
    /// The project's name, once a file has said it.
    private(set) var name: String?
    /// The services in the order of the files.
    private(set) var services: [ParsedService] = []
    private(set) var groups: [Group] = []
    /// All names, those of services that could not be read included: a second mistake about them would mislead.
    private(set) var places: [String: Place] = [:]
    private var groupNames: Set<String> = []

    /// Makes a compiler with nothing in it.
    init(context: LoadingContext) {
        self.context = context
    }

    /// Adds what a file defines.
    ///
    /// - Parameters:
    ///   - root: the file's tree, overrides merged in.
    ///   - file: the file as it was named.
    ///   - directory: its absolute directory.
    mutating func add(_ root: YAMLNode, file: String, directory: String) {
        let values = ValueReader(
            context: context, owner: "the file", scope: VariableScope(environment: context.variables))
        guard let fields = values.fields(of: Field(name: "", node: root), .file) else { return }
        if let field = fields["name"], let text = values.plain(field, expecting: "a name") {
            if isName(text, "a project", field.place) { name = text }
        }
        if let field = fields["services"] {
            addServices(field, values, ServiceReader(context: context, file: file, directory: directory))
        } else if !fields.meant.contains("services"), !fields.names.contains("services") {
            context.problems.error(
                root.place, "there are no services", suggestion: "write 'services:' and their names below it")
        }
        if let field = fields["groups"] { addGroups(field, values) }
    }

    private mutating func addServices(_ field: Field, _ values: ValueReader, _ reader: ServiceReader) {
        guard case .mapping(let entries) = field.node.content else {
            return values.fail(
                field, "\(field.node.kind) where services belong",
                suggestion: "write their names as keys, such as 'web:'")
        }
        if entries.isEmpty {
            context.problems.error(
                field.place, "there are no services", suggestion: "write their names below 'services:'")
        }
        for entry in entries where isFree(entry, "a service") {
            if let service = reader.read(entry) { services.append(service) }
        }
    }

    private mutating func addGroups(_ field: Field, _ values: ValueReader) {
        guard case .mapping(let entries) = field.node.content else {
            return values.fail(field, "\(field.node.kind) where groups belong", suggestion: "write { name: [service] }")
        }
        for entry in entries where isFree(entry, "a group") {
            groupNames.insert(entry.key)
            let list = Field(name: "groups.\(entry.key)", node: entry.value)
            guard case .sequence = entry.value.content else {
                values.fail(
                    list, "\(entry.value.kind) where a list of services belongs", suggestion: "write [name, name]")
                continue
            }
            let members = values.texts(list).map { ParsedService.Reference(name: $0.text, place: $0.field.place) }
            groups.append(Group(name: entry.key, place: entry.place, members: members))
        }
    }

    /// Whether a name is good and not taken yet; it is taken then.
    private mutating func isFree(_ entry: YAMLEntry, _ what: String) -> Bool {
        if let first = places[entry.key] {
            let other = groupNames.contains(entry.key) ? "a group" : "a service"
            context.problems.error(
                entry.place,
                "'\(ValueReader.shortened(entry.key))' is already \(other), in \(first.description(from: entry.place))",
                suggestion: "call one of them something else")
            return false
        }
        places[entry.key] = entry.place
        return isName(entry.key, what, entry.place)
    }

    private func isName(_ name: String, _ what: String, _ place: Place) -> Bool {
        func isLetterOrDigit(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        let others: [UInt8] = [UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-")]
        guard let first = name.utf8.first, isLetterOrDigit(first), name.utf8.count <= 64,
            name.utf8.allSatisfy({ isLetterOrDigit($0) || others.contains($0) })
        else {
            context.problems.error(
                place, "'\(ValueReader.shortened(name))' cannot be the name of \(what)",
                suggestion: name.contains("@")
                    ? "what follows '@' is an instance's number, which 'instances:' gives"
                    : "use letters, digits, '_', '.' and '-', at most 64, a letter or digit first")
            return false
        }
        return true
    }
}
