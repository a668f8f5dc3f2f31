import CHobSystem
import Glibc

extension Descriptor {
    /// The next connection of a listening stream socket, TCP or Unix, non-blocking; nil when nobody waits (any more).
    package func accept() throws(SystemError) -> Descriptor? {
        while true {
            let socket = invoke(.accept) { hob_accept(raw) }
            if socket >= 0 { return Descriptor(owning: socket) }
            if socket == -EAGAIN { return nil }
            // The client went away while it queued.
            if socket == -ECONNABORTED { continue }
            throw .socket("accept on", "socket \(raw)", -socket)
        }
    }
}
