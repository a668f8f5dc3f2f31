import CHobSystem
import Glibc

/// By what the processes of a daemon are known, wherever they went: those it double-forked as well, and from any
/// process of the machine that may look.
///
/// Three things are inherited: a variable of the environment, the lock file as stdin, and a hard RLIMIT_LOCKS. One of
/// them is enough, since a daemon may lose the others: `env -i` the first, opening /dev/null the second, and a host
/// that is marked itself cannot give the third.
package struct ProcessMark: Sendable, Hashable {
    /// A file by what it is, not by its name.
    package struct FileID: Sendable, Hashable {
        /// The file system it is on.
        package var device: UInt64
        /// Its number there.
        package var inode: UInt64

        /// A file from its numbers.
        package init(device: UInt64, inode: UInt64) {
            self.device = device
            self.inode = inode
        }
    }

    /// The variable that carries the token of a daemon that a controller has started.
    package static let variable = "HOB_CONTROL"

    /// The variable that carries the token; a mark of its own leaves that of a daemon around it in force.
    package var variable: String
    /// The value of the variable, which no other daemon has.
    package var token: String
    /// The file that the daemon got as its descriptor 0.
    package var lockFile: FileID?
    /// The hard RLIMIT_LOCKS that the daemon got.
    package var tag: UInt64?

    /// A mark from its parts.
    package init(
        token: String, lockFile: FileID? = nil, tag: UInt64? = nil, variable: String = ProcessMark.variable
    ) {
        self.variable = variable
        self.token = token
        self.lockFile = lockFile
        self.tag = tag
    }

    /// What belongs into the environment of the daemon, in place of another entry of this name.
    package var environmentEntry: String { "\(variable)=\(token)" }

    /// The tag for a daemon with this token: always the same, and none that a supervisor gives.
    ///
    /// - Returns: nil when this process has a hard limit already. Only a privileged one could set a higher number, and
    ///   a lower one would take the children of a marked host out of its own daemon's tree.
    package static func availableTag(for token: String) -> UInt64? {
        guard let own = try? ProcessLimits.get(.locks).hard, own == ResourceLimit.unlimited else { return nil }
        return tag(for: token)
    }

    /// The tag that belongs to a token, whether it can be given or not.
    package static func tag(for token: String) -> UInt64 {
        // FNV-1a: the token is no secret, and another life of ours must come to the same number.
        var hash: UInt64 = 14_695_981_039_346_656_037
        for byte in token.utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        // The supervisor's numbers are below 2^62, and unlimited is above 2^63.
        return 1 << 62 | hash >> 2
    }

    /// The living processes that carry the mark, without the calling one.
    ///
    /// Processes that this one may not look into are left out. A process that carries another token is another
    /// daemon's, even if a host inside this daemon has started it.
    ///
    /// - Parameter since: the start time of the daemon, before which none of its processes can have started.
    package func holders(since: UInt64? = nil) -> [Int32] {
        let own = getpid()
        let search = MarkSearch(self)
        return ProcessTree.processes().filter { $0 != own && search.finds($0, since: since) }
    }

    /// Whether a living process carries the mark.
    package func marks(_ pid: Int32) -> Bool {
        pid > 0 && MarkSearch(self).finds(pid, since: nil)
    }
}
