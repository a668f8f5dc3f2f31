import HobConfig
import HobSupervisorCore
import Testing

@Suite struct OverrideTests {
    private let base = """
        services:
          web:
            command: ./web --port 80
            environment: { A: 1, B: 2 }
            log: { keep: 5, rotate: 1MB }
            after: [db]
            user: deploy
          db: { command: db }
        """

    @Test func `mappings merge, texts and lists replace, null removes, services are added`() throws {
        let over = """
            services:
              web:
                command: ./web --debug
                environment: { B: 3, C: 4, A: }
                log: { keep: 1 }
                after: []
                user:
              mail: { command: mail }
              db: ~
            """
        let services = try services(base, environment: ["A": "hob"], files: ["hob.override.yml": over])
        #expect(services.map(\.name) == ["web", "mail"])
        let web = services[0]
        #expect(words(web) == ["./web", "--debug"])
        #expect(web.environment.map { [$0.name, $0.value?.source] } == [["A", "hob"], ["B", "3"], ["C", "4"]])
        #expect(web.log.keep == 1 && web.log.rotateBytes == 1_000_000)
        #expect(web.after == [] && web.process.user == nil)
    }

    @Test func `an override that is empty changes nothing, and overrides can be left out`() throws {
        #expect(try services(base, files: ["hob.override.yml": "# nothing\n"]).count == 2)
        let directory = ScratchDirectory()
        let file = directory.write("hob.yml", base)
        directory.write("hob.override.yml", "services: { db: }")
        let loader = ProjectLoader(file: file, environment: [:], names: FixedNames(), overrides: false)
        #expect(loader.load().configuration?.set.services.count == 2)
    }

    @Test func `anchors and merge keys work, and x- keys hold them`() throws {
        let services = try services(
            """
            x-common: &common
              environment: &env { A: 1 }
              nice: 5
            services:
              a: { <<: *common, command: a, nice: 6 }
              b: { <<: [{ nice: 1 }, *common], command: b, environment: { <<: *env, B: 2 } }
            """)
        #expect(services.map(\.process.nice) == [6, 1])
        #expect(services.map { $0.environment.map(\.name) } == [["A"], ["A", "B"]])
    }
}
