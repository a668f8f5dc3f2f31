import Glibc
import HobSystem

/// What one supervisor looks after: the project of a directory, or the whole system.
package struct Scope: Hashable, Sendable {
    /// The two kinds.
    package enum Kind: String, Hashable, Sendable {
        case project, system
    }

    /// Which kind it is.
    package let kind: Kind
    /// The name for people.
    package private(set) var name: String
    /// The directory of hob.yml, or the one with the system's files.
    package let directory: String
    /// The project's file; nil for the system, whose directory has many.
    package let file: String?
    /// Where the scope's own files are: `.hob`, or the system's state directory.
    package let home: String
    /// Where the supervisor keeps what must survive a boot.
    package let stateDirectory: String
    /// Where the log files are.
    package let logsDirectory: String
    /// The runtime directory that the caller asks for instead of the usual one.
    package let runtimeOverride: String?
    /// `$XDG_RUNTIME_DIR`.
    package let runtimeVariable: String?

    /// The names of the project's file, the first one found counts.
    package static let fileNames = ["hob.yml", "hob.yaml"]

    /// The environment that places the parts of a scope elsewhere.
    package struct Places: Hashable, Sendable {
        /// `HOB_RUNTIME_DIR`: the runtime directory itself.
        package var runtime: String?
        /// `HOB_CONFIG_DIR`, `HOB_STATE_DIR` and `HOB_LOG_DIR`: the system scope's directories.
        package var configuration = "/etc/hob"
        package var state = "/var/lib/hob"
        package var logs = "/var/log/hob"
        /// `XDG_RUNTIME_DIR`.
        package var runtimeVariable: String?

        /// Reads the variables.
        package init(environment: [String: String]) {
            func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
            runtime = value("HOB_RUNTIME_DIR")
            configuration = value("HOB_CONFIG_DIR") ?? configuration
            state = value("HOB_STATE_DIR") ?? state
            logs = value("HOB_LOG_DIR") ?? logs
            runtimeVariable = value("XDG_RUNTIME_DIR")
        }
    }

    /// The system's scope.
    package static func system(_ places: Places) -> Scope {
        Scope(
            kind: .system, name: "system", directory: places.configuration, file: nil, home: places.state,
            stateDirectory: places.state, logsDirectory: places.logs, runtimeOverride: places.runtime,
            runtimeVariable: places.runtimeVariable)
    }

    /// The same scope under another name.
    package func named(_ name: String) -> Scope {
        var scope = self
        scope.name = name
        return scope
    }

    /// Finds the project: `file` if given, else the nearest hob.yml in `directory` or above it.
    ///
    /// - Parameter mustExist: false accepts a directory whose hob.yml is gone as long as it has a `.hob`.
    package static func project(
        file: String?, directory: String?, places: Places, mustExist: Bool = true
    ) throws(ClientError) -> Scope {
        let start = try absolute(directory ?? ".", as: "directory")
        if let file {
            let path = try absolute(file.hasPrefix("/") ? file : "\(start)/\(file)", as: "file")
            return project(file: path, places)
        }
        var current = start
        while true {
            for name in fileNames {
                let path = join(current, name)
                if let status = try? FileStatus.of(path, followingLinks: true), !status.isDirectory {
                    return project(file: path, places)
                }
            }
            if !mustExist, let status = try? FileStatus.of(join(current, ".hob")), status.isDirectory {
                return project(file: join(current, fileNames[0]), places)
            }
            guard current != "/", let slash = current.lastIndex(of: "/") else { break }
            current = slash == current.startIndex ? "/" : String(current[..<slash])
        }
        throw ClientError(
            .badScope,
            "there is no \(fileNames[0]) in \(start) or above it: write one, or name one with --file or --directory")
    }

    private static func project(file: String, _ places: Places) -> Scope {
        // An absolute path has a slash.
        let slash = file.lastIndex(of: "/") ?? file.startIndex
        let directory = slash == file.startIndex ? "/" : String(file[..<slash])
        let home = join(directory, ".hob")
        return Scope(
            kind: .project, name: String(directory.split(separator: "/").last ?? "root"), directory: directory,
            file: file, home: home, stateDirectory: "\(home)/state", logsDirectory: "\(home)/logs",
            runtimeOverride: places.runtime, runtimeVariable: places.runtimeVariable)
    }

    private static func join(_ directory: String, _ name: String) -> String {
        directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
    }

    /// The path without links and dots, so that one project has one scope whatever way leads to it.
    private static func absolute(_ path: String, as what: String) throws(ClientError) -> String {
        guard let resolved = realpath(path, nil) else {
            throw ClientError(
                .badScope, "cannot find the \(what) '\(path)': \(SystemError.text(of: errno))")
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
