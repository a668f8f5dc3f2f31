import Testing

/// What stands in Examples/ runs, says what it should, and leaves nothing.
@Suite(.blocking) struct ExampleTests {
    @Test("a real Apache is started, asked, restarted gracefully and stopped")
    func apache() throws {
        let lines = try ExampleProgram(name: "example-apache", needs: ["/usr/sbin/apache2"]).run()
        try #require(lines.count == 5, "\(lines)")
        #expect(lines[0].hasPrefix("Apache runs at http://127.0.0.1:"))
        #expect(
            lines[1...] == [
                "GET / answers: first page", "restarted gracefully, the same process", "GET / answers: second page",
                "stopped, running: false",
            ])
    }

    @Test("row 30: a real searchd starts when the first search needs it, and again when it was killed")
    func search() throws {
        let lines = try ExampleProgram(name: "example-search", needs: ["/usr/bin/searchd", "/usr/bin/indexer"]).run()
        try #require(lines.count == 5, "\(lines)")
        // Every search says which process has answered it.
        let pids = lines.compactMap { $0.firstMatch(of: /searchd (\d+)/)?.1 }
        try #require(pids.count == 3, "\(lines)")
        #expect(lines[0] == "hearth: The Hob, The Kobold (searchd \(pids[0]), index 1)")
        #expect(lines[1] == "chores: The Brownie, The Hob (searchd \(pids[0]), index 1)")
        #expect(lines[2] == "searchd was killed with -9")
        #expect(lines[3] == "paid: The Brownie (searchd \(pids[2]), index 2)")
        #expect(pids[0] == pids[1] && pids[1] != pids[2] && pids[0] != "0")
        #expect(lines[4] == "stopped, running: false")
    }
}
