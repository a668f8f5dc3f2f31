import Glibc

/// Makes a symbolic link; false when that failed.
func symbolicLink(to target: String, at path: String) -> Bool { symlink(target, path) == 0 }
