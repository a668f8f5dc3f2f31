package import HobPolicy

/// How the processes of a simulated service behave; each start draws its own lot from these odds.
package struct SimulatedBehaviour: Hashable, Sendable {
    /// How often, of a hundred, a spawn fails for a reason of the machine's.
    package var transientSpawnFailures = 0
    /// How often, of a hundred, a spawn fails for a reason of the service's.
    package var spawnFailures = 0
    /// How often, of a hundred, a spawn hangs until it is killed.
    package var hangingSpawns = 0
    /// How often, of a hundred, processes of nobody knows when are in the way of a start.
    package var strangers = 0
    /// When it is ready; nil never.
    package var readyAfter: Duration? = .milliseconds(20)
    /// The mean of its exponentially distributed life; nil lives until it is told to go.
    package var meanLife: Duration?
    /// How often, of a hundred, it exits at once.
    package var immediateExits = 0
    /// How a life ends by itself.
    package var outcome = ExitOutcome.exited(1)
    /// How long it takes to go when told; nil does not listen.
    package var obeysAfter: Duration? = .milliseconds(5)
    /// How often, of a hundred, it leaves processes behind.
    package var leavings = 0
    /// How long what it leaves stays by itself, if it does not listen.
    package var leavingsLast: Duration = .seconds(3)
    /// How long a hook takes; nil hangs.
    package var hookTakes: Duration? = .milliseconds(2)
    /// How often, of a hundred, a hook fails.
    package var hookFailures = 0
    /// How often, of a hundred, a hook hangs.
    package var hangingHooks = 0
    /// How often it feeds its watchdog; nil never.
    package var feedsEvery: Duration?
    /// How often, of a hundred, the kernel refuses a signal to it.
    package var refusedSignals = 0

    /// Makes the behaviour of a service that works.
    package init() {}

    /// A task that takes a while and succeeds.
    package static func task(taking time: Duration) -> SimulatedBehaviour {
        var behaviour = SimulatedBehaviour()
        behaviour.meanLife = time
        behaviour.outcome = .exited(0)
        return behaviour
    }
}
