import HobPolicy
import HobSupervisorCore
import HobSystem

/// What the shell holds for one instance: the descriptors and handles behind what the supervision decides.
///
/// Used by the control thread alone.
final class InstanceRuntime {
    /// Where the instance's output comes together; made once, opened anew for each start. Nil until it could be made.
    var fifo: FIFO?
    /// The FIFO's name, which is also the instance's log's.
    let name: String

    /// What may be asked of its output without waking the log threads.
    var output: LogOutput?
    /// No process with its mark existed at the last look, and none was made since: nothing can be in a start's way.
    var isKnownEmpty = false
    /// The main process, and the loop's watch of its end.
    var process: ProcessHandle?
    var processWatch: Watch?
    /// The kernel's own number of the main process, which no other one ever has; 0 when there is none.
    var processNumber: UInt64 = 0
    /// What the service has stored with us for its next process.
    var stored: [Stored] = []
    /// A spawn under way.
    var ticket: SpawnTicket?
    /// The helper commands that run.
    var hooks: [HookKind: HelperProcess] = [:]
    /// The command that asks for readiness, while it runs.
    var probe: HelperProcess?
    /// What is being done about processes that outlived their main one; nil when nothing is.
    var sweep: Sweep?
    /// The timer of the machine's deadline.
    var timer: TimerToken?
    var deadline: MonotonicInstant?
    /// What was heard of the process before the spawner's word of it, in order: a quick one may well be faster.
    var early: [() -> Void] = []
    /// The evidence of readiness that is being looked for, as tickets of the prober and the log reader.
    var readiness: ReadinessWatch?
    /// The socket for what the service says of itself.
    var notify: NotifySocket?
    /// What it last said.
    var statusText: String?
    /// Whether a busy port has already been looked into for the spawn at hand.
    var isPortExcused = false
    /// A guard that nobody of ours holds was reported once; it does not stop a start for ever.
    var hasReportedForeignGuard = false

    /// Whether the end of its process cannot be watched at the moment, and is looked for instead.
    var isUnwatched = false
    /// What is wrong with its log; nil when all is well.
    var logTrouble: String?

    init(name: String) {
        self.name = name
    }

    /// A descriptor that outlives the process that had it.
    struct Stored {
        /// FDNAME.
        var name: String
        var descriptor: Descriptor
        /// Its place in the keeper.
        var index: UInt32
    }

    /// A sweep's signal: repeated for those who appear later, until nobody is left.
    struct Sweep {
        var signal: SignalNumber
        /// Who got it already; only SIGKILL is sent twice.
        var reached: Set<Int32> = []
        /// Whether a look has failed, which is told once.
        var isBlind = false
    }
}

/// How readiness is being looked for.
enum ReadinessWatch {
    case prober(UInt64)
    case log
    case descriptor(Descriptor, Watch)
    case exec(TimerToken?)
    case notify
}
