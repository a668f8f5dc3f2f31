/// The modes about a process's own state and end, by name.
let processModes: [String: @Sendable ([String]) -> Int32] = [
    "report": ReportMode.run,
    "exit": ExitMode.run,
    "signal": SignalMode.run,
    "sleep": SleepMode.run,
    "deaf": DeafMode.run,
    "double-fork": DoubleForkMode.run,
    "hold-lock": HoldLockMode.run,
    "obey": ObeyMode.run,
]
