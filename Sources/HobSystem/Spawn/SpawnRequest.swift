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
    /// Real, effective and saved user.
    package var user: UInt32?
    /// Real, effective and saved group.
    package var group: UInt32?
    /// All other groups; nil keeps the caller's, which is rarely right beside `user`.
    package var supplementaryGroups: [UInt32]?
    /// Permission bits taken from new files.
    package var umask: UInt32?
    /// Resource limits, set in this order.
    package var limits: [ResourceLimit] = []
    /// The nice value, -20 to 19.
    package var nice: Int32?
    /// Whom the kernel kills first when memory is short, -1000 to 1000.
    package var oomScoreAdjustment: Int32?
    /// Whether setuid programs give it no rights, for ever.
    package var noNewPrivileges = false
    /// The signal it gets when the spawning *thread* ends.
    package var parentDeathSignal: Int32?
    /// Whose session and process group it is in.
    package var session = SpawnSession.newSession
    /// Makes descriptor 0 the controlling terminal of the new session.
    package var controllingTerminal = false
    /// 0, 1 and 2 are /dev/null when not named here; all others are closed.
    package var descriptors: [DescriptorMapping] = []
    /// Mark of the service's tree: soft and hard RLIMIT_LOCKS.
    package var tag: UInt64?
    /// Descriptor of the cgroup v2 directory to start in.
    package var cgroup: Int32?
    /// Where the child enters its pid before exec, for a next life of ours.
    package var birth: Birth?
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
