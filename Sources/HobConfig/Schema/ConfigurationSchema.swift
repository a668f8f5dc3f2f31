import HobProtocol

/// The JSON schema of `hob.yml`, for editors: made from the tables that the loader reads.
package enum ConfigurationSchema {
    /// The schema as text, as it is shipped in `Documentation/hob.schema.json`.
    package static var json: String {
        PrettyJSON.text(of: document)
    }

    private static var document: JSONValue {
        var members: [JSONMember] = [
            JSONMember("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            JSONMember("title", .string("hob.yml")),
        ]
        members += schema(of: KeyTable.file).members ?? []
        members.append(JSONMember("$defs", definitions))
        return .object(members)
    }

    /// Each table once, and the forms that many keys share.
    private static var definitions: JSONValue {
        var members: [JSONMember] = []
        var waiting = KeyTable.file.keys.flatMap(\.shape.tables)
        while let table = waiting.first {
            waiting.removeFirst()
            if members.contains(where: { $0.name == table.id }) { continue }
            members.append(JSONMember(table.id, schema(of: table)))
            waiting += table.keys.flatMap(\.shape.tables)
        }
        members.sort { $0.name < $1.name }
        members.append(JSONMember("duration", text(pattern: "^ *(\(duration) *)+$|\(variable)", example: "10s")))
        members.append(
            JSONMember(
                "durationRange",
                text(pattern: "^ *(\(duration) *)+(\\.\\. *(\(duration) *)+)?$|\(variable)", example: "100ms..30s")))
        members.append(
            JSONMember(
                "size", text(pattern: "^ *([0-9.]+([kKMGT]i?B?|B) *)+$|\(variable)", example: "10MB")))
        return .object(members)
    }

    private static let duration = "[0-9.]+(ns|us|µs|ms|s|min|m|h|d)"
    /// A text with a variable may become anything.
    private static let variable = "\\$\\{"

    private static func schema(of table: KeyTable) -> JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("description", table.help)
        builder.add("type", "object")
        builder.add(
            "properties",
            JSONValue.object(table.keys.map { JSONMember($0.name, schema(of: $0)) }))
        if table.allowsExtensions {
            builder.add("patternProperties", JSONValue.object([JSONMember("^x-", .object([]))]))
        }
        builder.add("additionalProperties", false)
        if !table.required.isEmpty { builder.add("required", table.required) }
        if !table.exactlyOne.isEmpty {
            builder.add(
                "oneOf",
                JSONValue.array(table.exactlyOne.map { .object([JSONMember("required", .strings([$0]))]) }))
        }
        return builder.object
    }

    private static func schema(of key: KeyDefinition) -> JSONValue {
        var help = key.help
        if let standard = key.standard { help += " Default: \(standard)." }
        return .object([JSONMember("description", .string(help))] + (schema(of: key.shape).members ?? []))
    }

    private static func schema(of shape: ValueShape) -> JSONValue {
        switch shape {
        case .text: types("string", "number", "boolean")
        case .pattern(let pattern, _):
            .object([JSONMember("type", .strings(["string", "integer"])), JSONMember("pattern", .string(pattern))])
        case .boolean: any([types("boolean"), text(pattern: "^(true|false)$|\(variable)")])
        case .integer(let range):
            any([number(range), text(pattern: "^-?[0-9]+$|\(variable)")])
        case .choice(let words):
            // YAML reads a bare `true` as a boolean.
            any([
                .object([JSONMember("enum", .array(words.map { $0 == "true" ? .bool(true) : .string($0) }))]),
                text(pattern: variable),
            ])
        case .duration, .durationRange, .size: reference(shape)
        case .command: any([.object([JSONMember("type", .string("string"))]), list(of: .text, minimum: 1)])
        case .list(let element): list(of: element, minimum: nil)
        case .mapping(let element, let names): mapping(of: element, names)
        case .table(let table): .object([JSONMember("$ref", .string("#/$defs/\(table.id)"))])
        case .any(let shapes): any(shapes.map { schema(of: $0) })
        case .null: types("null")
        }
    }

    private static func reference(_ shape: ValueShape) -> JSONValue {
        let name =
            switch shape {
            case .duration: "duration"
            case .durationRange: "durationRange"
            default: "size"
            }
        return .object([JSONMember("$ref", .string("#/$defs/\(name)"))])
    }

    private static func types(_ names: String...) -> JSONValue {
        .object([JSONMember("type", names.count == 1 ? .string(names[0]) : .strings(names))])
    }

    private static func text(pattern: String, example: String? = nil) -> JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("type", "string")
        builder.add("pattern", pattern)
        builder.add("examples", example.map { [$0] })
        return builder.object
    }

    private static func number(_ range: ClosedRange<Int>) -> JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("type", "integer")
        builder.add("minimum", range.lowerBound)
        if range.upperBound != .max { builder.add("maximum", range.upperBound) }
        return builder.object
    }

    private static func list(of element: ValueShape, minimum: Int?) -> JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("type", "array")
        builder.add("items", schema(of: element))
        builder.add("minItems", minimum)
        return builder.object
    }

    private static func mapping(of element: ValueShape, _ names: String?) -> JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("type", "object")
        if let names { builder.add("propertyNames", text(pattern: names)) }
        builder.add("additionalProperties", schema(of: element))
        return builder.object
    }

    private static func any(_ schemas: [JSONValue]) -> JSONValue {
        // One level of choice reads better than choices within choices.
        let flat = schemas.flatMap { schema in
            schema.members?.count == 1 ? schema["anyOf"]?.elements ?? [schema] : [schema]
        }
        var seen: Set<JSONValue> = []
        return .object([JSONMember("anyOf", .array(flat.filter { seen.insert($0).inserted }))])
    }
}
