import Glibc

/// Paths as they were meant where the command was typed.
enum AbsolutePath {
    /// The path from the root; unchanged when the working directory is gone.
    static func of(_ path: String) -> String {
        guard !path.hasPrefix("/"), let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        return String(cString: current) + "/" + path
    }
}
