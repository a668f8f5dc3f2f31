import HobConfig
import HobSupervisorCore
import HobYAML
import Testing

@Suite struct SystemLoaderTests {
    @Test func `all files of the directory are one configuration`() throws {
        let directory = ScratchDirectory()
        directory.write("b.yml", "services: { web: { command: \"web ${X}\", after: [db] } }")
        directory.write("a.yaml", "services: { db: { command: db } }\ngroups: { all: [web, db] }")
        directory.write("b.override.yml", "services: { web: { nice: 3 } }")
        directory.write(".hidden.yml", "services: [")
        directory.write("notes.txt", "services: [")
        directory.write(".env", "X=1")
        let result = SystemLoader(directory: directory.path, environment: [:], names: FixedNames()).load()
        let configuration = try #require(result.configuration, "\(result.errors)")
        #expect(configuration.name == "system")
        #expect(configuration.set.services.map(\.name) == ["db", "web"])
        #expect(configuration.set.services[1].process.nice == 3)
        #expect(configuration.set.services[1].groups == ["all"])
        #expect(configuration.set.services[1].directory.source == directory.path)
        #expect(
            configuration.files.map { $0.dropFirst(directory.path.count) } == [
                "/.env", "/a.yaml", "/b.yml", "/b.override.yml",
            ])
    }

    @Test func `two services of one name in two files name both places`() {
        let directory = ScratchDirectory()
        directory.write("a.yml", "services: { web: { command: one } }")
        directory.write("b.yml", "services:\n  db: { command: db, port: 80 }\n  web: { command: two }\n")
        directory.write("c.yml", "services:\n  mail: { command: mail, port: 80 }\n")
        let result = SystemLoader(directory: directory.path, environment: [:], names: FixedNames()).load()
        let path = directory.path
        #expect(
            result.errors.map(\.description) == [
                "\(path)/b.yml:3:3: 'web' is already a service, in \(path)/a.yml:1:13: call one of them something else",
                "\(path)/c.yml:2:32: port 80 of service 'mail' is also a port of 'db', in \(path)/b.yml:2:28: "
                    + "give one of them another 'port:'",
            ])
    }

    @Test func `an empty directory is an empty configuration, a missing one an error`() throws {
        let directory = ScratchDirectory()
        let empty = SystemLoader(directory: directory.path, environment: [:], names: FixedNames()).load()
        #expect(empty.configuration?.set.services == [])
        #expect(empty.configuration?.warnings.map(\.message) == ["there is no *.yml file in it"])
        let missing = SystemLoader(directory: directory.path + "/no", environment: [:], names: FixedNames()).load()
        #expect(
            missing.errors.map(\.description)
                == ["\(directory.path)/no:1:1: cannot be read: no such file or directory"])
    }
}
