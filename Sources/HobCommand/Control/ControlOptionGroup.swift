import ArgumentParser
import HobConfig

extension ArgumentHelp {
    /// What the reference of `hob control` says of a key of the file.
    static func key(_ key: String, _ valueName: String? = nil) -> ArgumentHelp {
        ArgumentHelp(ControlReference.help(of: key), valueName: valueName)
    }
}

/// Values are kept as they were written: the reader of files reads them, so that both say the same of a mistake.
protocol ControlOptionGroup {
    /// What was given, by the keys of the file.
    var flags: [ControlFlag] { get }
}

extension ControlOptionGroup {
    func text(_ key: String, _ name: String, _ value: String?) -> [ControlFlag] {
        value.map { [.text(key, "--" + name, $0)] } ?? []
    }

    func list(_ key: String, _ name: String, _ values: [String]) -> [ControlFlag] {
        values.isEmpty ? [] : [.list(key, "--" + name, values)]
    }

    func command(_ key: String, _ name: String, _ value: String?) -> [ControlFlag] {
        value.map { [.command(key, "--" + name, $0)] } ?? []
    }

    func flag(_ key: String, _ name: String, _ value: Bool?) -> [ControlFlag] {
        value.map { [.text(key, "--" + name, "\($0)")] } ?? []
    }
}
