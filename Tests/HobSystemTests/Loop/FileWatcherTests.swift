import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct FileWatcherTests {
    @Test func `creation, growth and renaming in a directory are told by name`() throws {
        let directory = try TestDirectory()
        let watcher = try FileWatcher()
        let watch = try watcher.add(directory.descriptor, events: [.created, .modified, .movedFrom, .movedTo])
        #expect(try watcher.next().isEmpty)
        try directory.write("x", to: "current")
        try directory.descriptor.rename("current", to: "old")
        var events: [FileEvent] = []
        while let batch = try? watcher.next(), !batch.isEmpty { events += batch }
        #expect(events.allSatisfy { $0.watch == watch })
        #expect(events.contains { $0.kind == .created && $0.name == "current" })
        #expect(events.contains { $0.kind == .modified && $0.name == "current" })
        let from = events.first { $0.kind == .movedFrom }
        let to = events.first { $0.kind == .movedTo }
        #expect(from?.name == "current" && to?.name == "old" && from?.cookie == to?.cookie)
    }

    @Test func `a path that is not there is an error that names it`() throws {
        let watcher = try FileWatcher()
        let error = #expect(throws: SystemError.self) { try watcher.add("/nonexistent", events: .modified) }
        #expect(error?.message.contains("/nonexistent") == true)
    }
}
