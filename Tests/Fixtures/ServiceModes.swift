/// The modes that play services, by name; the dispatcher looks here for what it does not know itself.
let serviceModes: [String: @Sendable ([String]) -> Int32] = [
    "tcp-server": TCPServerMode.run,
    "slow-stop": SlowStopMode.run,
    "flood": FloodMode.run,
    "crash": CrashMode.run,
    "fork-tree": ForkTreeMode.run,
    "log-late": LogLateMode.run,
    "notify": NotifyMode.run,
    "notify-fd": NotifyDescriptorMode.run,
    "counter": CounterMode.run,
    "witness": WitnessMode.run,
    "signals": SignalsMode.run,
    "hup-counter": HangupCounterMode.run,
    "env": EnvironmentMode.run,
    "print": PrintMode.run,
    "echo-server": EchoServerMode.run,
    "unresponsive": UnresponsiveMode.run,
]
