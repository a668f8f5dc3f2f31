import Glibc
import HobControllerCore
import HobPolicy
import HobSystem

/// Starting: preparation, the start command, and what is listened to until the daemon is ready.
extension ControllerOperation {
    func prepare() {
        if case .file(let path) = facts.log { log = LogTrace(path, changes: surroundings.changes) }
        removePIDFile()
        listeners.noteStrangers(facts.configuration.ping)
        let preparation = Preparation(facts.configuration, requests, on: loop) { [weak self] result in
            guard let self else { return }
            switch result {
            case .success(let command):
                self.preparation?.command = command
                handle(.prepared)
            case .failure(let error):
                cause = error
                handle(.preparationFailed(Self.words(for: error)))
            }
        }
        self.preparation = preparation
        preparation.begin()
    }

    func spawn(inCgroup: Bool = true) {
        guard let lock, let command = preparation?.command else { return }
        do {
            var (request, held) = try requests.marked(
                command, lock: lock, notice: listeners.notice?.variable, inCgroup: inCgroup)
            if facts.log != .stream && !facts.configuration.daemonizes { output = try CapturedOutput() }
            held += try requests.connectOutput(of: &request, to: output)
            listeners.followOutput(output, on: surroundings) { [weak self] in self?.somethingWasWritten() }
            launch = try Launch(request, holding: held, on: loop) { [weak self] in self?.launchHeard($0) }
        } catch let error as SpawnFailure {
            spawnFailed(error, error.message)
        } catch {
            spawnFailed(error, Self.words(for: error))
        }
    }

    private func spawnFailed(_ error: any Error, _ message: String) {
        cause = error
        handle(.spawnFailed(message))
    }

    private func launchHeard(_ event: StandInEvent) {
        switch event {
        case .spawned(let process):
            guard let identity = (try? ProcessIdentity.of(pid: process.pid)) ?? nil else {
                // It has ended already, and its end is the next event.
                return handle(.spawned(pid: process.pid))
            }
            known[process.pid] = identity
            theTree?.add(identity)
            write(DaemonRecord(phase: .starting, main: identity))
            handle(.spawned(pid: process.pid))
        // A cgroup is a help and no need.
        case .failed(let failure) where failure.stage == .cgroup: return spawn(inCgroup: false)
        case .failed(let failure): spawnFailed(failure, failure.message)
        case .ended(let status): handle(.commandEnded(ExitOutcome(status)))
        case .letGo: handle(.commandEnded(.unknown))
        }
        if launch?.isOver ?? false { theTree?.look() }
    }

    func listen(_ sources: ReadinessSources) {
        log?.listen { [weak self] in self?.somethingWasWritten() }
        if sources.contains(.pidFile) {
            listeners.pidFile?.cancel()
            let wait = PIDFileWait(
                finder, path: facts.configuration.pidFile, on: surroundings,
                found: { [weak self] identity in
                    self?.known[identity.pid] = identity
                    self?.handle(.daemonNamed(pid: identity.pid))
                }, died: { [weak self] in self?.handle(.daemonEnded(nil)) })
            listeners.pidFile = wait
            wait.begin()
        }
        if sources.contains(.notification) { listenForNotice() }
        if sources.contains(.phrase) { listeners.isPhraseAwaited = true }
        if sources.contains(.ping) { startPing() }
    }

    private func listenForNotice() {
        do throws(SystemError) {
            listeners.notice = try ReadyNotice(
                on: loop,
                isOurs: { [weak self] pid in
                    guard let self else { return false }
                    return known[pid] != nil || DaemonMark(lockPath: facts.lockPath)?.isCarried(by: pid) ?? false
                },
                ready: { [weak self] in self?.handle(.ready(.notification)) })
        } catch {
            cause = error
            trouble = error.message
        }
    }

    private func startPing() {
        guard let ping = facts.configuration.ping, listeners.ping == nil else { return }
        let loop = PingLoop(
            ping, longestPause: facts.configuration.pingInterval, on: self.loop,
            request: { [requests] in requests.helper($0) },
            answered: { [weak self] in self?.pingAnswered() })
        listeners.ping = loop
        loop.begin()
    }

    private func pingAnswered() {
        guard listeners.isStrangers(facts.configuration.ping, tree: { theTree?.pids ?? [] }) else {
            return handle(.ready(.ping))
        }
        // Who listened there before the start still does: the daemon has not taken its place.
        listeners.ping = nil
        listeners.retry = loop.schedule(after: .milliseconds(20)) { [weak self] in self?.startPing() }
    }

    private func somethingWasWritten() {
        handle(.logActivity)
        listeners.ping?.nudge()
        guard listeners.isPhraseAwaited, let phrase = facts.phrase else { return }
        var texts = [output?.text ?? ""]
        if case .text(let text) = log?.words { texts.append(text) }
        let isThere = texts.contains { text in
            text.split(whereSeparator: \.isNewline).contains { phrase.matches(String($0)) }
        }
        guard isThere else { return }
        listeners.isPhraseAwaited = false
        handle(.ready(.phrase))
    }

    func deafen() {
        log?.cancel()
        listeners.cancel(on: surroundings)
        preparation?.cancel()
        helper?.cancel()
    }

    /// Removes what an earlier daemon has left.
    private func removePIDFile() {
        _ = unlink(facts.configuration.pidFile)
        write(nil)
    }

    static func words(for error: any Error) -> String {
        switch error {
        case let error as SystemError: error.message
        case let error as ControllerError: error.message
        case let error as SpawnFailure: error.message
        default: "\(error)"
        }
    }
}
