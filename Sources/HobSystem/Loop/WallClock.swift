import CHobSystem

/// The time of day; for people and stamps only, since it may step.
package enum WallClock {
    /// Milliseconds of Unix time.
    package static var now: Int64 { hob_wall_clock() }
}
