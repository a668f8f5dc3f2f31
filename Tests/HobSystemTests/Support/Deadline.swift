import HobSystem

/// A moment that a test which works never reaches.
var patience: MonotonicTime { MonotonicTime.now() + .seconds(30) }
