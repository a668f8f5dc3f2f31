import CHobSystem

/// How much memory a process keeps that it does not use.
package enum ProcessMemory {
    /// Sets the allocator up for a process that lives long and allocates little; before the first thread.
    package static func beLean() { hob_be_lean() }

    /// Gives back free pages of the heap, and the pages of the program's file, which the kernel has anyway.
    ///
    /// What runs next maps the program's pages it needs again, some hundred microseconds' worth of page faults: for a
    /// process that expects to be idle.
    package static func giveBack() { hob_give_back_memory() }
}
