import HobProtocol
import HobSupervisor
import HobSupervisorCore
import HobSystem

/// What the files of the state directory may hold after a torn disk: the applied set, a 0xFF, what is wanted.
enum StateBytes {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        let parts = bytes.split(separator: 0xFF, maxSplits: 1, omittingEmptySubsequences: false)
        let contents: StateStore.Contents
        do throws(Failure) {
            contents = try StateStore.read(
                applied: parts.first.map { Array($0) }, wanted: parts.count > 1 ? Array(parts[1]) : nil)
        } catch {
            try promise(error.code == .badConfiguration, "damage counts as '\(error.code)'")
            try promise(error.message.contains("state file '"), "the message names no file: \(error.message)")
            return
        }
        if let applied = contents.applied {
            try promise((try? AppliedSet(lines: applied.lines)) == applied, "an applied set changes when it is stored")
        }
        try promise(
            (try? WantedRecord(json: contents.wanted.json)) == contents.wanted, "what is wanted changes when stored")
    }
}
