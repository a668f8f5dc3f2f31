import HobSystem

/// Accepts on a shared listener, but only while somebody wants a connection; it belongs to the work loop's thread.
final class Acceptor {
    typealias Answer = (Result<Descriptor?, SystemError>) -> Void

    private let socket: Descriptor
    private let loop: EventLoop
    private var watch: Watch?
    private var waiting: [(number: UInt64, answer: Answer)] = []
    private var isStopped = false

    init(_ socket: Descriptor, on loop: EventLoop) {
        self.socket = socket
        self.loop = loop
    }

    /// Answers with the next connection; nil when there will be none.
    func want(_ number: UInt64, _ answer: @escaping Answer) {
        guard !isStopped else { return answer(.success(nil)) }
        waiting.append((number: number, answer: answer))
        serve()
    }

    /// Answers who has asked with nil.
    func forget(_ number: UInt64) {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
        waiting.remove(at: index).answer(.success(nil))
        if waiting.isEmpty { unwatch() }
    }

    /// Takes no more; whoever waits has the connection that woke us, if one did: the kernel told nobody else of it.
    func stop() {
        guard !isStopped else { return }
        unwatch()
        serve()
        isStopped = true
        unwatch()
        let left = waiting
        waiting = []
        for waiter in left { waiter.answer(.success(nil)) }
    }

    private func serve() {
        do throws(SystemError) {
            while !waiting.isEmpty {
                guard let connection = try socket.accept() else { break }
                waiting.removeFirst().answer(.success(connection))
            }
            if waiting.isEmpty {
                unwatch()
            } else if watch == nil {
                // Added anew each time, it goes to the end of the kernel's queue: the workers take turns.
                watch = try loop.watch(socket.raw, events: [.read, .exclusive]) { [weak self] _ in self?.serve() }
            }
        } catch {
            unwatch()
            if !waiting.isEmpty { waiting.removeFirst().answer(.failure(error)) }
        }
    }

    private func unwatch() {
        if let watch { loop.cancel(watch) }
        watch = nil
    }
}
