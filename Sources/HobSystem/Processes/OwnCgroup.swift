import CHobSystem
import Glibc

/// The cgroup of this process, when we may divide it: then a child cgroup holds a whole tree, wherever its processes go.
package struct OwnCgroup: Sendable {
    /// The absolute path of its directory.
    package let path: String
    private let directory: Descriptor

    /// The cgroup v2 of this process; nil when there is none, or it was not delegated to us.
    ///
    /// To be able to write there is not enough: the rest of the tree belongs to whoever manages it, systemd for one,
    /// which removes what it does not know. Delegated is what systemd marks so, what another user than root owns, and
    /// the root of a cgroup namespace.
    package static func delegated() -> OwnCgroup? {
        guard let name = ownName(), let mount = mountPoint() else { return nil }
        return delegated(name: name, mount: mount)
    }

    static func delegated(name: String, mount: String) -> OwnCgroup? {
        let path = name == "/" ? mount : mount + name
        guard let directory = try? Descriptor.open(path, flags: [.readOnly, .directory]),
            let status = try? FileStatus.of(directory),
            invoke(.stat, { faccessat(directory.raw, ".", W_OK, Int32(AT_EACCESS)) }) >= 0
        else { return nil }
        let isOurs = status.user == geteuid() && geteuid() != 0
        guard name == "/" || isOurs || isMarked(directory) else { return nil }
        return OwnCgroup(path: path, directory: directory)
    }

    /// Makes a child cgroup, or opens the one of this name.
    package func makeChild(_ name: String) throws(SystemError) -> ChildCgroup {
        try Self.check(name)
        try directory.makeDirectory(name, mode: 0o755)
        return ChildCgroup(name: name, directory: try open(name))
    }

    /// The child cgroup of this name; nil when there is none.
    package func child(_ name: String) throws(SystemError) -> ChildCgroup? {
        try Self.check(name)
        do throws(SystemError) { return ChildCgroup(name: name, directory: try open(name)) } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
    }

    /// Removes the child cgroup of this name and those in it; false when there was none.
    ///
    /// Throws EBUSY while there is a process in it. A zombie does not count.
    @discardableResult
    package func removeChild(_ name: String) throws(SystemError) -> Bool {
        guard let child = try child(name) else { return false }
        try child.removeNested()
        return try directory.removeDirectory(name)
    }

    private func open(_ name: String) throws(SystemError) -> Descriptor {
        try Descriptor.open(name, in: directory, flags: [.readOnly, .directory, .noFollow])
    }

    private static func check(_ name: String) throws(SystemError) {
        guard !name.isEmpty, !name.contains("/"), name != ".", name != "..", !name.utf8.contains(0) else {
            throw SystemError(code: EINVAL, message: "\"\(name)\" is no name for a cgroup: one word without a slash is")
        }
    }

    // MARK: Where it is

    /// The name behind `0::` in /proc/self/cgroup.
    private static func ownName() -> String? {
        guard let text = read("/proc/self/cgroup") else { return nil }
        return text.split(separator: "\n").first { $0.hasPrefix("0::/") }.map { String($0.dropFirst(3)) }
    }

    private static func mountPoint() -> String? {
        guard let text = read("/proc/self/mountinfo") else { return nil }
        return mountPoint(inMountInfo: text)
    }

    static func mountPoint(inMountInfo text: String) -> String? {
        for line in text.split(separator: "\n") {
            // ID PARENT DEVICE ROOT POINT OPTIONS [TAG …] - TYPE SOURCE OPTIONS
            let words = line.split(separator: " ")
            guard let dash = words.firstIndex(of: "-"), dash >= 6, dash + 1 < words.count else { continue }
            // Only a mount of the namespace's root: below another one our own name leads elsewhere.
            if words[dash + 1] == "cgroup2", words[3] == "/" { return unescaped(words[4]) }
        }
        return nil
    }

    /// A path as mountinfo writes it: `\040` stands for a space.
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isMarked(_ directory: Descriptor) -> Bool {
        ["user.delegate", "trusted.delegate"].contains { name in
            var value: UInt8 = 0
            return invoke(.stat) { hob_file_attribute(directory.raw, name, &value, 1) } == 1
                && value == UInt8(ascii: "1")
        }
    }

    private static func read(_ path: String) -> String? {
        guard let file = try? Descriptor.open(path), let bytes = try? file.readAll(limit: 4 << 20) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
