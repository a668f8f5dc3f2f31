import HobSystem
import HobTestKit
import Testing

@Suite("A guest in its process", .ownThread)
struct HostTests {
    @Test(
        "all of it inside a host with children, handlers and threads of its own, which notices nothing",
        arguments: [[], ["--ignore-children"]])
    func host(_ options: [String]) throws {
        let child = try TestChild(
            SpawnRequest(executable: FixtureProgram.path(of: "controller-host"), arguments: options))
        let output = try child.readToEnd(within: .seconds(120))
        #expect(try child.waitForExit() == .exited(code: 0), "\(output)")
        #expect(output.hasSuffix("58 scenarios, 0 noticed\n"), "\(output)")
    }
}
