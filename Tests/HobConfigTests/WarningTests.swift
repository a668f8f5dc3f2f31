import HobConfig
import HobYAML
import Testing

@Suite struct WarningTests {
    private func warnings(_ text: String, files: [String: String] = [:]) throws -> [String] {
        let directory = ScratchDirectory()
        let result = load(text, environment: ["PATH": "/usr/bin:/bin"], files: files, in: directory)
        return try #require(result.configuration, "\(result.errors)").warnings
            .map { $0.description.replacing(directory.path, with: "DIR") }
    }

    @Test func `a program that cannot be found is a warning, since a task may yet build it`() throws {
        let text = """
            services:
              a: { command: sh -c true }
              b: { command: no-such-program-at-all }
              c: { command: ./missing }
              d: { command: ./plain.txt }
              e: { command: ./x, chroot: /usr }
              f: { command: x && y, shell: true }
              g: { command: "x-${INSTANCE}" }
              h: { command: "no-such-either", environment: { PATH: /usr/bin } }
            """
        #expect(
            try warnings(text, files: ["plain.txt": ""]) == [
                "DIR/hob.yml:3:17: the program 'no-such-program-at-all' of service 'b' is not in PATH: install it, or "
                    + "write its path",
                "DIR/hob.yml:4:17: the program './missing' of service 'c' does not exist in DIR",
                "DIR/hob.yml:5:17: the program './plain.txt' of service 'd' is not executable: run chmod +x on it, or "
                    + "name its interpreter first",
                "DIR/hob.yml:9:17: the program 'no-such-either' of service 'h' is not in PATH: install it, or write its path",
            ])
    }

    @Test func `shell syntax in a command without a shell is a warning`() throws {
        #expect(
            try warnings("services:\n  a: { command: sh -c x | cat '|' }") == [
                "DIR/hob.yml:2:17: 'command' in service 'a': '|' is passed to the program as a word: write 'shell: true' "
                    + "if a shell is meant"
            ])
    }

    @Test func `a variable without braces and a tilde are warnings`() throws {
        #expect(
            try warnings("services:\n  a: { command: \"sh ~/x --home=$HOME '$QUOTED' ~ $$NO $5\" }") == [
                "DIR/hob.yml:2:17: 'command' in service 'a': '~/x' is passed to the program as a word: write '${HOME}/x'",
                "DIR/hob.yml:2:17: 'command' in service 'a': '--home=$HOME' is passed to the program as a word: write "
                    + "'${HOME}' with braces",
                "DIR/hob.yml:2:17: 'command' in service 'a': '~' is passed to the program as a word: write '${HOME}'",
            ])
    }

    @Test func `PORT of a file loses against the service's port, with a warning`() throws {
        #expect(
            try warnings("services:\n  a: { command: sh, port: 80, env_file: a.env }", files: ["a.env": "PORT=3000"])
                == [
                    "DIR/hob.yml:2:41: PORT of this file is not used in service 'a', which has 'port:': remove one of them"
                ])
    }

    @Test func `the project's name is its own, or its directory's`() throws {
        let directory = ScratchDirectory()
        let unnamed = load("services: { a: { command: sh } }", in: directory).configuration
        #expect(unnamed?.name == directory.path.split(separator: "/").last.map { String($0) })
        #expect(unnamed?.directory == directory.path)
        #expect(load("name: shop\nservices: { a: { command: sh } }").configuration?.name == "shop")
    }
}
