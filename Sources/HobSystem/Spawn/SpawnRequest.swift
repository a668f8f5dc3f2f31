/// Everything about a process to be started; what is not said stays as the caller has it.
package struct SpawnRequest: Sendable {
    /// A path when it has a slash, else looked for in ``searchPath``.
    package var executable: String
    /// The words after the program's name.
    package var arguments: [String]
    /// The program's own name for itself; default: ``executable``.
    package var argv0: String?
    /// The whole environment, as `NAME=value`.
    package var environment: [String] = []
    /// Directories for an executable without a slash, parted by colons.
    package var searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    /// Working directory, entered as the new user.
    package var directory: String?
    /// Root directory (chroot), entered before the working directory.
    package var root: String?
    package var user: UInt32?
    package var group: UInt32?
    package var supplementaryGroups: [UInt32]?
    package var umask: UInt32?
    package var limits: [ResourceLimit] = []
    package var nice: Int32?
    package var oomScoreAdjustment: Int32?
    package var noNewPrivileges = false
    /// The signal it gets when the spawning *thread* ends.
    package var parentDeathSignal: Int32?
    package var session = SpawnSession.newSession
    /// Makes descriptor 0 the controlling terminal of the new session.
    package var controllingTerminal = false
    /// 0, 1 and 2 are /dev/null when not named here; all others are closed.
    package var descriptors: [DescriptorMapping] = []
    /// Mark of the service's tree: soft and hard RLIMIT_LOCKS.
    package var tag: UInt64?
    /// Descriptor of the cgroup v2 directory to start in.
    package var cgroup: Int32?
    /// How many sockets from descriptor 3 on are passed in; sets LISTEN_FDS and LISTEN_PID.
    package var listenFDs = 0

    /// A request for a program and its arguments.
    package init(_ executable: String, _ arguments: [String] = []) {
        self.executable = executable
        self.arguments = arguments
    }

    /// A request for a program and its arguments.
    package init(executable: String, arguments: [String] = []) {
        self.init(executable, arguments)
    }
}
