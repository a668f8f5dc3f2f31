import Glibc
import HobControllerCore
import HobPolicy
import HobSystem
import Logging

/// Stopping, and what stands in files about the daemon.
extension ControllerOperation {
    /// The daemon's processes; there is a tree as soon as there is a lock file.
    var theTree: DaemonTree? {
        if let tree { return tree }
        guard let mark = DaemonMark(lockPath: facts.lockPath) else { return nil }
        let tree = DaemonTree(mark: mark, on: loop)
        for identity in known.values { tree.add(identity) }
        self.tree = tree
        return tree
    }

    func signalTree(_ signal: Int32) {
        // On its way to its exec nothing but SIGKILL reaches it safely.
        if let launch, !launch.isOver, launch.process == nil { launch.kill() }
        theTree?.signalAll(signal)
        if signal == 9 { DaemonMark(lockPath: facts.lockPath)?.killCgroup() }
    }

    func watchTree() {
        guard let tree = theTree else { return handle(.treeGone) }
        tree.whenGone(
            unless: { [weak self] in
                guard let launch = self?.launch else { return false }
                return !launch.isOver
            },
            { [weak self] in self?.handle(.treeGone) })
    }

    func runHelper(_ command: Command?, isMarked: Bool) {
        guard let command, let lock else { return handle(.helperFailed("there is no command")) }
        do {
            var request = requests.helper(command)
            var held: [Descriptor] = []
            if isMarked { (request, held) = try requests.marked(command, lock: lock, notice: nil, inCgroup: false) }
            helper = try HelperCommand(request, holding: held, on: loop) { [weak self] outcome in
                switch outcome {
                case .succeeded: self?.handle(.helperSucceeded)
                case .failed(let how): self?.handle(.helperFailed(how))
                }
            }
        } catch let error as SpawnFailure {
            cause = error
            handle(.helperFailed(error.message))
        } catch {
            cause = error
            handle(.helperFailed(Self.words(for: error)))
        }
    }

    // MARK: Files

    func adopt(_ pid: Int32) {
        guard let identity = known[pid] else { return }
        write(DaemonRecord(phase: .ready, main: identity))
        if facts.configuration.daemonizes, (try? finder.named()) != .daemon(identity) {
            do throws(SystemError) {
                try facts.pidFile.writeNumber(identity.pid)
            } catch {
                cause = error
                trouble = "its pid file cannot be written: \(error.message)"
            }
        }
        launch?.letGo()
        launch = nil
    }

    /// Forgets the daemon that has ended; a file that names somebody who lives is left alone.
    func forget() {
        write(nil)
        DaemonMark(lockPath: facts.lockPath)?.removeCgroup()
        let contents: PIDFile.Contents?
        do throws(SystemError) { contents = try facts.pidFile.read() } catch {
            // Garbage of a daemon that we have just ended; a file nobody may read stays.
            if error.code == EINVAL, !known.isEmpty { _ = unlink(facts.configuration.pidFile) }
            return
        }
        guard let contents, ProcessFacts.of(pid: contents.pid).map(\.isZombie) ?? true else { return }
        _ = unlink(facts.configuration.pidFile)
    }

    func write(_ record: DaemonRecord?) {
        do throws(SystemError) { try lock?.write(record) } catch {
            // The mark on the processes still tells who they are.
            facts.configuration.logger?.warning("\(facts.lockPath) cannot be written: \(error.message)")
        }
    }
}
