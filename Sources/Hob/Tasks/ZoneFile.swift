import Glibc
import HobPolicy
import HobSystem
import HobTasks

/// The rules of a time zone from the system's directory of zones.
enum ZoneFile {
    static let directory = "/usr/share/zoneinfo"
    private static let local = "/etc/localtime"

    /// The zone of this name, such as `Europe/Vienna`; nil: the machine's own.
    static func zone(named name: String?) throws(TaskError) -> ZoneRules {
        guard let name = name ?? variable("TZ").map({ $0.hasPrefix(":") ? String($0.dropFirst()) : $0 }) else {
            // A machine without this file keeps UTC.
            return access(local, F_OK) == 0 ? try read(local, "the machine's own zone") : .utc
        }
        if name.isEmpty || name == "UTC" { return .utc }
        guard isPlain(name) else {
            throw TaskError(.badOptions, "'\(name)' is no name of a time zone: write one such as Europe/Vienna")
        }
        return try read("\(variable("TZDIR") ?? directory)/\(name)", name)
    }

    /// Words of letters, digits, + - and _, with slashes between them: no way out of the directory.
    private static func isPlain(_ name: String) -> Bool {
        name.utf8.count <= 128
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { word in
                !word.isEmpty
                    && word.utf8.allSatisfy { byte in
                        (48...57).contains(byte) || (65...90).contains(byte & 0xdf) || "+-_".utf8.contains(byte)
                    }
            }
    }

    private static func read(_ path: String, _ name: String) throws(TaskError) -> ZoneRules {
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try Descriptor.open(path).readAll(limit: 1 << 18) } catch {
            guard error.code == ENOENT else {
                throw TaskError(.badOptions, "the time zone \(name) cannot be read: \(error.message)", cause: error)
            }
            var message = "there is no time zone \(name)"
            if access(directory, F_OK) == 0 {
                message += ": \(path) does not exist; write a name such as Europe/Vienna or UTC"
            } else {
                message +=
                    ": this machine has no time zones at all; install them (apt-get install tzdata), or write UTC"
            }
            throw TaskError(.badOptions, message, cause: error)
        }
        do throws(ZoneError) { return try ZoneRules(tzif: bytes) } catch {
            throw TaskError(.badOptions, "\(path) is no time zone: \(error.message)", cause: error)
        }
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
