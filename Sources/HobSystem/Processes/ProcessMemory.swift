import CHobSystem

/// How much memory a process keeps that it does not use.
package enum ProcessMemory {
    /// Sets the allocator up for a process that lives long and allocates little; before the first thread.
    package static func beLean() { hob_be_lean() }

    /// Gives back free pages of the heap; for ``EventLoop/atRest``, after which the loop drops the program's own pages.
    package static func giveBack() { hob_give_back_memory() }
}
