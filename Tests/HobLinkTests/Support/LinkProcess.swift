import HobSystem
import HobTestKit

/// A second process that serves a Lister under the name "lister", or calls one.
final class LinkProcess: Sendable {
    private let child: TestChild
    private let input: Descriptor

    /// Starts it; a server listens when this returns.
    init(_ verb: String, _ address: String, user: UInt32? = nil) throws {
        let pipe = try Descriptor.pipe()
        let arguments = [verb, address] + (user.map { ["\($0)"] } ?? [])
        var request = SpawnRequest(executable: FixtureProgram.path(of: "fixture-link"), arguments: arguments)
        request.descriptors.append(DescriptorMapping(source: pipe.read.raw, target: 0))
        child = try TestChild(request)
        input = pipe.write
        if verb != "call" { try child.waitForOutput("listens on") }
    }

    var pid: Int32 { child.pid }

    func kill() throws {
        _ = try child.process.handle.signal(.kill)
        _ = try child.waitForExit()
    }

    /// Ends a server as it should, or waits for a caller's end; all it has said.
    func end() throws -> String {
        input.close()
        let output = try child.readToEnd()
        _ = try child.waitForExit()
        return output
    }
}
