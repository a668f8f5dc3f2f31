import Glibc

/// What this process is.
enum OwnProcess {
    /// Its number.
    static var number: Int32 { getpid() }
    /// Its effective user.
    static var user: UInt32 { geteuid() }
}
