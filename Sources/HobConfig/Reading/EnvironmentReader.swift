import HobSupervisorCore
import HobYAML

/// Puts the environment of one service together: its files, its port, then its own variables.
struct EnvironmentReader {
    /// Reads values with the variables of `hob` and the instance's marks.
    let values: ValueReader
    /// The directory that file names are seen from, as the configuration was named.
    let file: String
    private var fromFiles: [String: ExpandedText] = [:]
    private var variables: [String: ExpandedText?] = [:]

    /// Makes a reader for a service of a file.
    init(values: ValueReader, file: String) {
        self.values = values
        self.file = file
    }

    /// Reads `env_file` and `environment`; a variable without a value is one to remove from the base environment.
    mutating func read(_ fields: Fields) -> [String: ExpandedText?] {
        if let field = fields["env_file"] {
            for element in values.elements(of: field) { readFile(element) }
        }
        variables = fromFiles.mapValues { $0 }
        let port = Template.Variable.port
        if values.scope.marks.contains(port) {
            if fromFiles[port.rawValue] != nil, let field = fields["env_file"] {
                values.context.problems.warning(
                    field.place, "PORT of this file is not used in \(values.owner), which has 'port:'",
                    suggestion: "remove one of them")
            }
            variables[port.rawValue] = values.scope.value(of: port.rawValue)
        }
        if let field = fields["environment"] { readEnvironment(field) }
        return variables
    }

    private mutating func readFile(_ field: Field) {
        var pathField = field
        var isRequired = true
        if case .mapping = field.node.content {
            guard let fields = values.fields(of: field, .environmentFile) else { return }
            guard let path = fields["path"] else {
                values.fail(field, "it names no file", suggestion: "write 'path:'")
                return
            }
            pathField = path
            if let flag = fields["required"] { isRequired = values.boolean(flag) ?? true }
        }
        guard let path = values.plain(pathField, expecting: "a path") else { return }
        do throws(FileContents.Refusal) {
            guard let source = try values.context.source(Paths.beside(file, path)) else { return }
            for variable in DotEnvReader.read(source, scope: values.scope, reporting: values.context.problems) {
                fromFiles[variable.name] = variable.value
            }
        } catch {
            if error.isMissing, !isRequired { return }
            values.fail(
                pathField, "'\(ValueReader.shortened(path))' cannot be read: \(error.reason)",
                suggestion: error.isMissing ? "create it, or write { path: \(path), required: false }" : nil)
        }
    }

    private mutating func readEnvironment(_ field: Field) {
        switch field.node.content {
        case .mapping(let entries):
            for entry in entries {
                let value = Field(name: "\(field.name).\(ValueReader.shortened(entry.key))", node: entry.value)
                guard isName(entry.key, entry.place, field) else { continue }
                if entry.value.isNull {
                    inherit(entry.key)
                } else if let text = values.expanded(value) {
                    variables[entry.key] = text
                }
            }
        case .sequence(let nodes):
            for node in nodes { readElement(Field(name: field.name, node: node)) }
        case .scalar:
            values.fail(field, "a text where variables belong", suggestion: "write { NAME: value }")
        }
    }

    private mutating func readElement(_ field: Field) {
        if case .mapping(let entries) = field.node.content, let entry = entries.first {
            values.fail(
                field, "a mapping where NAME=value belongs",
                suggestion: "write '\(ValueReader.shortened(entry.key))=…', or leave out the '-' before it")
            return
        }
        guard let text = values.scalar(field, expecting: "NAME=value") else { return }
        guard let equals = text.firstIndex(of: "=") else {
            if isName(text, field.place, field) { inherit(text) }
            return
        }
        let name = String(text[..<equals])
        guard isName(name, field.place, field),
            let value = values.expand(String(text[text.index(after: equals)...]), of: field)
        else { return }
        variables[name] = value
    }

    /// A variable without a value is what `hob` itself has, or `.env` says; else the service has none.
    private mutating func inherit(_ name: String) {
        variables[name] = .some(values.context.variables[name].map { ExpandedText(literal: $0) })
    }

    private func isName(_ name: String, _ place: Place, _ field: Field) -> Bool {
        let isGood = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "=") && $0 != 0x7F }
        if !isGood {
            values.fail(
                place, field.name, "'\(ValueReader.shortened(name))' is no name of a variable",
                suggestion: "write letters, digits and _")
        }
        return isGood
    }
}
