/// A process that has reached its exec.
package struct SpawnedProcess: Sendable {
    /// Its number.
    package var pid: Int32
    /// Its pidfd.
    package var handle: ProcessHandle

    /// A process and its handle.
    package init(pid: Int32, handle: ProcessHandle) {
        self.pid = pid
        self.handle = handle
    }
}
