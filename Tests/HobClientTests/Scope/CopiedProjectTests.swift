import Glibc
import HobClient
import HobSystem
import HobTestKit
import Testing

@Suite("Copied projects")
struct CopiedProjectTests {
    private let base: TestDirectory
    private let environment: [String: String]

    init() throws {
        base = try TestDirectory("hob-copies")
        try base.descriptor.makeDirectory("original")
        try base.descriptor.makeDirectory("run", mode: 0o700)
        try base.write("", to: "original/hob.yml")
        // Root's runtime directories are below /run; those of this test must not be.
        environment = ["XDG_RUNTIME_DIR": base.path(of: "run")]
    }

    private func launcher(_ name: String) throws -> SupervisorLauncher {
        let scope = try Scope.project(
            file: nil, directory: base.path(of: name), places: Scope.Places(environment: environment))
        return SupervisorLauncher(scope, environment: environment)
    }

    /// Prepares the project for a launch, as a first `up` does.
    private func prepare(_ name: String) throws -> (id: String, runtime: String) {
        let launcher = try launcher(name)
        let home = try ScopeHome.prepare(launcher.scope)
        let runtime = try launcher.prepareRuntime(home)
        return (try home.identifier(), runtime.path)
    }

    private func copy(_ source: String, to target: String) throws {
        let child = try TestChild(
            SpawnRequest("cp", ["-a", base.path(of: source), base.path(of: target)]))
        #expect(try child.waitForExit() == .exited(code: 0))
    }

    private func remove(_ runtimes: String...) {
        for path in runtimes {
            unlink("\(path)/project")
            rmdir(path)
        }
    }

    @Test("A copy gets an identity of its own, and the original keeps its")
    func copied() throws {
        let original = try prepare("original")
        try copy("original", to: "copy")
        let other = try prepare("copy")
        #expect(other.id != original.id)
        #expect(other.runtime != original.runtime)
        #expect(try prepare("original") == original)
        #expect(try prepare("copy") == other)
        remove(original.runtime, other.runtime)
    }

    @Test("A project that was moved keeps its identity")
    func moved() throws {
        let before = try prepare("original")
        try base.descriptor.rename("original", to: "elsewhere")
        #expect(try prepare("elsewhere") == before)
        remove(before.runtime)
    }
}
