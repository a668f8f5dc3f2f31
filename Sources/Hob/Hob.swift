@_exported public import ArgumentParser
@_exported public import HobPolicy
@_exported public import HobTasks
@_exported public import HobWorkers
@_exported public import Logging
@_exported public import ServiceLifecycle
