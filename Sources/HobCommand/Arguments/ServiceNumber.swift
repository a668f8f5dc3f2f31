import ArgumentParser

/// A service and how many instances it shall have.
struct ServiceNumber: Hashable {
    var service: String
    var number: Int

    init(argument: String) throws {
        guard let equals = argument.lastIndex(of: "="), equals != argument.startIndex,
            let number = Int(argument[argument.index(after: equals)...]), (0...100_000).contains(number)
        else { throw ValidationError("write SERVICE=NUMBER, such as web=4") }
        service = String(argument[..<equals])
        self.number = number
    }
}
