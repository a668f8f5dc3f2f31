import CHobSystem
import Glibc

/// How to open a file; close-on-exec and no controlling terminal go without saying.
package struct OpenFlags: OptionSet, Sendable {
    /// The bits of open(2).
    package let rawValue: Int32

    /// Flags of these bits.
    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// To read.
    package static let readOnly = OpenFlags(rawValue: O_RDONLY)
    /// To write.
    package static let writeOnly = OpenFlags(rawValue: O_WRONLY)
    /// To read and write.
    package static let readWrite = OpenFlags(rawValue: O_RDWR)
    /// Made when missing.
    package static let create = OpenFlags(rawValue: O_CREAT)
    /// With `create`: refused when it is there.
    package static let exclusive = OpenFlags(rawValue: O_EXCL)
    /// Emptied.
    package static let truncate = OpenFlags(rawValue: O_TRUNC)
    /// Every write goes to the end.
    package static let append = OpenFlags(rawValue: O_APPEND)
    /// Nothing waits: EAGAIN instead.
    package static let nonBlocking = OpenFlags(rawValue: O_NONBLOCK)
    /// Refused when the last part of the path is a link.
    package static let noFollow = OpenFlags(rawValue: O_NOFOLLOW)
    /// Refused when it is no directory.
    package static let directory = OpenFlags(rawValue: O_DIRECTORY)
    /// A new file without a name, in the directory that is opened (O_TMPFILE).
    package static let nameless = OpenFlags(rawValue: hob_open_nameless_flag())
    /// A place in the file system without the right to read or write it.
    package static let path = OpenFlags(rawValue: hob_open_path_flag())
}
