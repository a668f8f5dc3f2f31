import Glibc

extension ProcessMemory {
    /// How many bytes of a process are in the machine's memory (RSS), pages that it shares included; nil when it is
    /// gone.
    package static func residentBytes(of pid: Int32) -> Int64? {
        guard pid > 0 else { return nil }
        return ProcFile.read(pid, "statm") { bytes in
            var position = 0
            guard ProcFile.number(in: bytes, at: &position) != nil,
                let pages = ProcFile.number(in: bytes, at: &position)
            else { return nil }
            return Int64(clamping: pages) * Int64(sysconf(Int32(_SC_PAGESIZE)))
        }
    }
}
