import CHobSystem
import Glibc

/// Calls on the entries of a directory, through its descriptor, so that a renamed or swapped parent does no harm.
extension Descriptor {
    /// Makes a directory in this one; false when it exists already.
    @discardableResult
    package func makeDirectory(_ name: String, mode: UInt32 = 0o700) throws(SystemError) -> Bool {
        let result = invoke(.mkdir) { mkdirat(raw, name, mode) }
        if result == -EEXIST { return false }
        guard result >= 0 else { throw .file("make the directory", name, -result) }
        return true
    }

    /// Removes a file of this directory; false when there was none.
    @discardableResult
    package func remove(_ name: String) throws(SystemError) -> Bool {
        let result = invoke(.unlink) { unlinkat(raw, name, 0) }
        if result == -ENOENT { return false }
        guard result >= 0 else { throw .file("remove", name, -result) }
        return true
    }

    /// Removes an empty directory of this one; false when there was none.
    @discardableResult
    package func removeDirectory(_ name: String) throws(SystemError) -> Bool {
        let result = invoke(.unlink) { unlinkat(raw, name, Int32(AT_REMOVEDIR)) }
        if result == -ENOENT { return false }
        guard result >= 0 else { throw .file("remove the directory", name, -result) }
        return true
    }

    /// Renames within this directory, over whatever has the new name.
    package func rename(_ name: String, to newName: String) throws(SystemError) {
        let result = invoke(.rename) { renameat(raw, name, raw, newName) }
        guard result >= 0 else { throw .file("rename", "\(name) to \(newName)", -result) }
    }

    /// The names in this directory, unordered, without `.` and `..`.
    package func names() throws(SystemError) -> [String] {
        // A description of its own: reading moves a position that all copies of a descriptor share.
        let own = try Descriptor.open(".", in: self, flags: [.readOnly, .directory])
        var names: [String] = []
        let result = withUnsafeMutablePointer(to: &names) { pointer in
            invoke(.getdents) {
                hob_each_name(own.raw, pointer) { context, name in
                    context?.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
                    return 0
                }
            }
        }
        guard result >= 0 else { throw .transfer("list the directory behind", raw, -result) }
        return names
    }

    /// Writes the file's bytes to the disk.
    package func synchronise() throws(SystemError) {
        let result = invoke(.fsync) { fsync(raw) }
        guard result >= 0 else { throw .transfer("flush to disk", raw, -result) }
    }

    /// Changes owner and group of the open file.
    package func changeOwner(user: UInt32, group: UInt32) throws(SystemError) {
        let result = invoke(.chown) { fchown(raw, user, group) }
        guard result >= 0 else { throw .transfer("change the owner of", raw, -result) }
    }

    /// Changes the permission bits of the open file.
    package func changeMode(_ mode: UInt32) throws(SystemError) {
        let result = invoke(.chmod) { fchmod(raw, mode) }
        guard result >= 0 else { throw .transfer("change the mode of", raw, -result) }
    }

    /// Sets the file's length.
    package func truncate(to size: Int) throws(SystemError) {
        let result = invoke(.ftruncate) { ftruncate(raw, off_t(size)) }
        guard result >= 0 else { throw .transfer("set the length of", raw, -result) }
    }
}
