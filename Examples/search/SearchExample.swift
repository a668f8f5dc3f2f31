import Glibc
import HobController

/// An application whose search daemon starts when the first search needs it.
///
/// `swift run example-search` needs Debian's package sphinxsearch, and nothing of a searchd that the system runs.
@main
struct SearchExample {
    static func main() throws {
        let library = try Library(tales: [
            "The Hob": "Spirit of the hearth, does the chores at night.",
            "The Kobold": "Lives below the hearth and keeps it warm.",
            "The Brownie": "Does the chores until it is paid.",
        ])
        defer {
            // Whatever goes wrong here, no searchd is left behind; to stop what does not run is no error.
            _ = try? library.searchd.blocking.stop()
            library.remove()
        }

        // Nobody has started anything: the first search does.
        try show("hearth", in: library)
        try show("chores", in: library)

        // Our own daemon of a moment ago, so its number is no stranger's.
        if let pid = try library.searchd.pid() { kill(pid, SIGKILL) }
        print("searchd was killed with -9")

        try show("paid", in: library)
        try library.searchd.blocking.stop()
        print("stopped, running: \(try library.searchd.isRunning())")
    }

    private static func show(_ word: String, in library: Library) throws {
        let titles = try library.tales(about: word)
        let pid = try library.searchd.pid() ?? 0
        print("\(word): \(titles.joined(separator: ", ")) (searchd \(pid), index \(library.timesIndexed))")
    }
}
