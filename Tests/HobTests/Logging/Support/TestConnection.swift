import Glibc
import HobSystem

/// Connections that a test takes itself.
enum TestConnection {
    static func accept(on listener: Descriptor) throws(SystemError) -> Descriptor {
        let raw = Glibc.accept(listener.raw, nil, nil)
        guard raw >= 0 else { throw .socket("accept on", "socket \(listener.raw)", errno) }
        return Descriptor(owning: raw)
    }
}
