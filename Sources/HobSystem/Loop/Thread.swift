import CHobSystem
import Glibc

/// Threads of our own, with every signal blocked.
package enum Thread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Starts a detached thread; `name` (15 bytes) shows in ps and top, `stack` 0 means the system's default size.
    package static func start(
        name: String, stack: Int = 256 * 1024, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let context = Unmanaged.passRetained(Body(body))
        let result = invoke(.thread) {
            hob_thread_start(name, stack, context.toOpaque()) { context in
                guard let context else { return }
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
            }
        }
        guard result >= 0 else {
            context.release()
            throw SystemError(
                code: -result,
                message: "cannot start thread \(name): "
                    + (result == -EAGAIN
                        ? "raise RLIMIT_NPROC or the cgroup's pids.max" : SystemError.text(of: -result)))
        }
    }

    /// Names the calling thread.
    package static func setName(_ name: String) { _ = hob_set_thread_name(name) }

    /// The kernel's number of the calling thread; equal to the pid on the leader thread.
    package static var currentID: Int32 { hob_gettid() }
}
