import ArgumentParser
import HobPolicy

/// A signal by name or number.
struct SignalArgument: ExpressibleByArgument, Hashable {
    var number: Int32

    init?(argument: String) {
        guard let number = SignalNames.number(of: argument) else { return nil }
        self.number = number
    }
}
