import Glibc
import HobClient
import HobSystem
import HobTestKit
import Testing

@Suite("Scopes")
struct ScopeTests {
    private let places = Scope.Places(environment: [:])

    private func error(_ body: () throws -> Void) -> ClientError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ClientError
        }
    }

    @Test("The nearest hob.yml upwards is the project")
    func findsUpwards() throws {
        let directory = try TestDirectory()
        try directory.write("", to: "hob.yml")
        try directory.descriptor.makeDirectory("app")
        mkdir(directory.path(of: "app/deep"), 0o755)
        let scope = try Scope.project(file: nil, directory: directory.path(of: "app/deep"), places: places)
        #expect(scope.file == directory.path(of: "hob.yml"))
        #expect(scope.home == directory.path(of: ".hob"))
        #expect(scope.logsDirectory == directory.path(of: ".hob/logs"))
        try directory.write("", to: "app/hob.yaml")
        let inner = try Scope.project(file: nil, directory: directory.path(of: "app/deep"), places: places)
        #expect(inner.name == "app")
    }

    @Test("A named file decides, relative to the named directory")
    func namedFile() throws {
        let directory = try TestDirectory()
        try directory.write("", to: "other.yml")
        let scope = try Scope.project(file: "other.yml", directory: directory.path, places: places)
        #expect(scope.file == directory.path(of: "other.yml"))
        let missing = error { _ = try Scope.project(file: "none.yml", directory: directory.path, places: places) }
        #expect(missing?.code == .badScope)
        #expect(missing?.message.contains("none.yml") == true)
    }

    @Test("Without hob.yml, a .hob tells where the project was")
    func fileIsGone() throws {
        let directory = try TestDirectory()
        let nothing = error {
            _ = try Scope.project(file: nil, directory: directory.path, places: places, mustExist: false)
        }
        #expect(nothing?.code == .badScope)
        try directory.descriptor.makeDirectory(".hob")
        let scope = try Scope.project(file: nil, directory: directory.path, places: places, mustExist: false)
        #expect(scope.directory == directory.path)
    }

    @Test("The environment places the system's directories")
    func systemPlaces() {
        let scope = Scope.system(Scope.Places(environment: ["HOB_STATE_DIR": "/a", "HOB_LOG_DIR": "/b"]))
        #expect(scope.stateDirectory == "/a")
        #expect(scope.logsDirectory == "/b")
        #expect(scope.directory == "/etc/hob")
        #expect(scope.file == nil)
    }

    @Test("The identifier is made once and kept")
    func identifier() throws {
        let directory = try TestDirectory()
        try directory.write("", to: "hob.yml")
        let scope = try Scope.project(file: nil, directory: directory.path, places: places)
        #expect(try ScopeHome.open(scope)?.scope == nil)
        let first = try ScopeHome.prepare(scope).identifier()
        #expect(first.utf8.count == 16)
        #expect(try ScopeHome.prepare(scope).identifier() == first)
        #expect(try ScopeHome.open(scope)?.identifier() == first)
        #expect(try FileStatus.of(scope.home).permissions == 0o700)
        try directory.write("not an id\n", to: ".hob/id")
        #expect(error { _ = try ScopeHome.prepare(scope).identifier() }?.code == .badScope)
    }

    @Test("A .hob that others could forge is refused", arguments: ["writable", "foreign", "link"])
    func refusals(kind: String) throws {
        let directory = try TestDirectory()
        try directory.write("", to: "hob.yml")
        let scope = try Scope.project(file: nil, directory: directory.path, places: places)
        switch kind {
        case "writable":
            mkdir(scope.home, 0o700)
            chmod(scope.home, 0o777)
        case "foreign":
            // Who is not root cannot give a directory away, but finds a foreign one in the root directory's.
            guard geteuid() == 0 else { return try refusesForeignAsUser() }
            mkdir(scope.home, 0o700)
            chown(scope.home, 65_534, 65_534)
        default:
            mkdir(directory.path(of: "elsewhere"), 0o700)
            symlink(directory.path(of: "elsewhere"), scope.home)
        }
        let refusal = error { _ = try ScopeHome.open(scope) }
        #expect(refusal?.code == (kind == "link" ? .badScope : .notPermitted), "\(String(describing: refusal))")
        #expect(refusal?.message.contains(scope.home) == true)
    }

    private func refusesForeignAsUser() throws {
        var places = places
        places.state = "/usr"
        let refusal = error { _ = try ScopeHome.open(Scope.system(places)) }
        #expect(refusal?.code == .notPermitted)
    }
}
