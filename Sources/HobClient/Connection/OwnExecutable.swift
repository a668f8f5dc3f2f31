import Glibc

/// The binary this process runs, and those installed beside it.
package enum OwnExecutable {
    /// The path of the running binary; nil where /proc is missing.
    package static var path: String? {
        guard let resolved = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The path of an executable in the same directory; nil when there is none.
    package static func sibling(_ name: String) -> String? {
        guard let path, let slash = path.lastIndex(of: "/") else { return nil }
        let candidate = String(path[...slash]) + name
        return access(candidate, X_OK) == 0 ? candidate : nil
    }
}
