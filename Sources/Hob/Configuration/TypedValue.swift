/// A value of its own type, with the form in which it is compared and shown.
struct TypedValue: Sendable {
    let value: any Sendable
    let content: ConfigurationContent

    init(_ value: some ConfigurationValue) {
        self.value = value
        content = value.configurationContent
    }
}
