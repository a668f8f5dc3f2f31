package import HobProtocol

/// A text in which the instance's own values are filled in when a process starts.
///
/// `hob` resolves every variable it knows; what only the instance knows stays as `${PORT}`, `${INSTANCE}` (its
/// number) and `${NAME}` (such as `web@2`). A dollar that means itself is written `$$`.
package struct Template: Hashable, Sendable, JSONCodable {
    /// A value that differs between instances.
    package enum Variable: String, Hashable, Sendable, CaseIterable {
        case port = "PORT"
        case instance = "INSTANCE"
        case name = "NAME"
    }

    /// The text with its marks.
    package let source: String

    /// Makes a template from a text with marks.
    package init(source: String) {
        self.source = source
    }

    /// Makes a template that stands for exactly this text.
    package init(literal text: String) {
        source =
            text.contains("$")
            ? text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$") : text
    }

    package var json: JSONValue { .string(source) }

    package init(json: JSONValue) throws(JSONError) {
        guard let text = json.text else { throw JSONError(.wrongType, "template: expected a string") }
        source = text
    }

    /// Whether the text differs between instances.
    package var isPerInstance: Bool {
        source.contains("$") && Variable.allCases.contains { source.contains("${\($0.rawValue)}") }
    }

    /// The text for one instance; a variable without a value becomes nothing.
    package func resolved(for identity: InstanceIdentity) -> String {
        guard source.utf8.contains(UInt8(ascii: "$")) else { return source }
        var result = ""
        var rest = source[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                result += "$"
                rest = rest.dropFirst()
            } else if rest.first == "{", let close = rest.firstIndex(of: "}") {
                let name = String(rest[rest.index(after: rest.startIndex)..<close])
                if let variable = Variable(rawValue: name) {
                    result += identity.value(of: variable) ?? ""
                } else {
                    result += "${\(name)}"
                }
                rest = rest[rest.index(after: close)...]
            } else {
                result += "$"
            }
        }
        return result + rest
    }
}

/// What one instance calls itself.
package struct InstanceIdentity: Hashable, Sendable {
    /// The service.
    package var service: String
    /// The number, from 1.
    package var index: Int
    /// Its full name: the service's own when it can only have one instance, else `web@2`.
    package var name: String
    /// Its port; nil when the service has none.
    package var port: Int?

    /// Makes an identity.
    package init(service: String, index: Int, name: String, port: Int?) {
        self.service = service
        self.index = index
        self.name = name
        self.port = port
    }

    func value(of variable: Template.Variable) -> String? {
        switch variable {
        case .port: port.map { String($0) }
        case .instance: String(index)
        case .name: name
        }
    }
}
