import Testing

/// The program as it was built, from its start to its stop.
@Suite("Life cycle")
struct LifeCycleTests {
    @Test("It starts in the background, says so, works, and stops")
    func startAndStop() throws {
        let program = try DaemonProgram()
        defer { program.remove() }
        let start = try program.run("start")
        #expect(start.status == 0, "\(start.output)")
        #expect(try program.run("status").status == 0)
        #expect(program.waitForLog("Package.swift"), "\(program.log)")
        #expect(try program.run("start").status == 73, "there is never a second one")
        #expect(try program.run("stop").status == 0)
        #expect(try program.run("status").status == 3)
    }
}
