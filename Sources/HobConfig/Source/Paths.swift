import Glibc

/// Takes paths apart and puts them together; the file system is asked only where it says so.
enum Paths {
    /// The directory part of a path: `.` when there is none.
    static func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        let directory = path[..<slash]
        return directory.isEmpty ? "/" : String(directory)
    }

    /// The last part of a path.
    static func name(of path: String) -> String {
        path.split(separator: "/").last.map { String($0) } ?? path
    }

    /// A path seen from a directory, without `./` in front; `..` stays, since it may lead through a link.
    static func join(_ directory: String, _ path: String) -> String {
        if path.hasPrefix("/") { return path }
        var rest = path[...]
        while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
        if rest.isEmpty || rest == "." { return directory }
        return directory.hasSuffix("/") ? directory + rest : "\(directory)/\(rest)"
    }

    /// A path beside a file, written as the file is: `beside("a/hob.yml", ".env")` is `a/.env`.
    static func beside(_ file: String, _ name: String) -> String {
        let directory = directory(of: file)
        return directory == "." && !file.hasPrefix("./") ? name : join(directory, name)
    }

    /// The absolute path without links, asked of the file system; nil when it does not exist.
    static func absolute(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// What a path is, asked of the file system.
    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether anything has this path.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }
}
