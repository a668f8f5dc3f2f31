import Glibc
import HobProtocol
import HobSystem

/// What the executable hobd does: everything that concerns the process as a whole.
package enum SupervisorProcess {
    /// The signals hobd reads from a descriptor.
    static let signals: [SignalNumber] = [.child, .terminate, .interrupt, .quit, .hangUp, .user2]

    /// Another supervisor has the scope.
    package static let alreadyRunningStatus: Int32 = 73

    /// Runs a supervisor with the words of the command line.
    ///
    /// - Returns: the exit status.
    package static func run(_ words: [String]) -> Int32 {
        if words.contains("--help") || words.contains("-h") {
            print(SupervisorOptions.help, terminator: "")
            return 0
        }
        if words.contains("--version") {
            print("hobd \(HobVersion.current)")
            return 0
        }
        if let place = words.firstIndex(of: "--self-check") { return selfCheck(words[(place + 1)...]) }
        switch SupervisorOptions.parse(words) {
        case .failure(let error):
            DaemonLog.write("\(error.message); see hobd --help")
            return 64
        case .success(let options):
            guard options.keeperLink == nil, !options.isAlone else { return run(options) }
            // The keeper comes before main where the executable is called hobd; this one has another name.
            DaemonLog.write("\(KeeperSuccession.becomeFirstKeeper(arguments: words))")
            return 71
        }
    }

    /// Arms a plan, or after an `@` the plan of a file, which SIGUSR2 reads anew.
    static func arm(_ faults: String) throws(SystemError) {
        if faults.hasPrefix("@") {
            try FaultPlan.armProcess(file: String(faults.dropFirst()))
        } else {
            try FaultPlan.armProcess(parsing: faults)
        }
    }

    private static func run(_ options: SupervisorOptions) -> Int32 {
        defer { DaemonLog.finish() }
        let announcement = options.readyDescriptor.map { Descriptor(owning: $0) }
        do {
            let held = try heldDescriptors(options)
            // Threads inherit the mask: before the first of them.
            try SignalWatcher.block(signals + [.brokenPipe, .user1])
            var original = try OriginalLimits.capture()
            // A keeper has raised its own; services get what it was started with.
            if options.held != nil { original.openFiles.soft = held.origin.openFiles }
            if let adjustment = held.origin.oomScoreAdjustment {
                original.oomScoreAdjustment = adjustment
                original.hasChangedOOMScore = true
            }
            try ProcessLimits.raiseOpenFiles(reserving: UInt64(DescriptorBudget.reserve))
            Spawner.prepareProcess()
            ProcessMemory.beLean()
            if let faults = options.faults { try Self.arm(faults) }
            let supervisor = try Supervisor(options, original: original, held: held)
            try DaemonLog.begin()
            supervisor.link?.ready()
            // Nobody waits for an answer, or its reader is gone: neither is a reason not to run.
            try? announcement?.writeAll("ready\n")
            announcement?.close()
            if let damage = held.damage { DaemonLog.write("\(damage): what is not in it is given up") }
            DaemonLog.write("hobd \(HobVersion.current) supervises '\(options.name)' (pid \(getpid()))")
            let status = try supervisor.run()
            if status == 0 { DaemonLog.write("all services are down; ending") }
            return status
        } catch {
            DaemonLog.write("\(error)")
            try? announcement?.writeAll("error: \(error)\n")
            if case .alreadyRunning? = error as? Supervisor.StartFailure { return alreadyRunningStatus }
            return 1
        }
    }

    /// Whether this executable runs here and could go on from the journal of a running one.
    ///
    /// - Returns: 0 when it could; else it has said why not.
    private static func selfCheck(_ words: ArraySlice<String>) -> Int32 {
        guard words.count == 2, words.first == "--runtime", let path = words.last else {
            DaemonLog.write("--self-check needs --runtime DIR")
            return 64
        }
        do {
            _ = try EventLoop()
            try JournalHead.check(in: Descriptor.open(path, flags: [.readOnly, .directory]))
            print("hobd \(HobVersion.current): ready to take over")
            return 0
        } catch {
            DaemonLog.write("\(error)")
            return 1
        }
    }

    private static func heldDescriptors(_ options: SupervisorOptions) throws(SystemError) -> HeldDescriptors {
        guard let table = options.held else { return HeldDescriptors(origin: try .capture()) }
        let others = [options.keeperLink, options.readyDescriptor].compactMap { $0 }
        return try HeldDescriptors(table: Descriptor(owning: table), besides: others)
    }
}
