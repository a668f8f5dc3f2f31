import HobConfig
import HobYAML

/// The text of a file of `hob control`.
enum DaemonBytes {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        try ConfigurationBytes.load(bytes) { path throws(FuzzFinding) in
            let load = ControlLoad.file(path, environment: ["HOME": "/nowhere"])
            for error in load.errors {
                try promise(
                    error.line >= 1 && error.column >= 1 && !error.message.isEmpty, "an error without a place: \(error)"
                )
            }
            try promise(
                load.errors == load.errors.sorted { $0.place < $1.place }, "errors are not in the order of the file")
            guard load.errors.isEmpty else { return }
            let settings = load.settings
            try promise(settings.directory?.hasPrefix("/") ?? false, "a directory that is not absolute")
            for path in [settings.pidFile, settings.logFile, settings.lockFile] {
                try promise(path?.hasPrefix("/") ?? true, "a path that is not absolute: \(path ?? "")")
            }
            if case .words(let words) = settings.command {
                try promise(words.first?.isEmpty == false, "a command without a program")
            }
        }
    }
}
