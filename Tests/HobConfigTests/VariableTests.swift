import HobConfig
import HobSupervisorCore
import Testing

@Suite struct VariableTests {
    @Test(arguments: [
        ("${A}", "a"), ("x${A}y${A}", "xaya"), ("${EMPTY}", ""), ("${A:-d}", "a"), ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""), ("${UNSET-d}", "d"), ("${UNSET:-}", ""), ("${UNSET:-${A}}", "a"),
        ("${UNSET:-${UNSET:-b}c}", "bc"), ("${A:?no}", "a"), ("$A", "$A"), ("$$", "$"), ("$${A}", "${A}"),
        ("$$$${A}", "$${A}"), ("a$", "a$"), ("${DOLLAR}", "$x ${y}"), ("${UNSET:-a b}", "a b"), ("{A}", "{A}"),
        ("${A}}", "a}"), ("ü${A}ü", "üaü"),
    ])
    func `variables are resolved in texts`(text: String, expected: String) throws {
        let environment = ["A": "a", "EMPTY": "", "DOLLAR": "$x ${y}"]
        let service = try web("environment: { V: '\(text)' }", environment: environment)
        #expect(service.environment[0].value?.resolved(for: service.identity(of: 1)) == expected)
    }

    @Test func `a value never becomes more words, and an empty word is left out unless it is quoted`() throws {
        let environment = ["TWO": "a b", "EMPTY": "", "STAR": "*", "QUOTE": "it's"]
        let service = try web(
            "command: x ${TWO} \"${TWO}\" ${EMPTY} \"${EMPTY}\" -${EMPTY}- ${STAR} ${QUOTE} ${UNSET:-c d}",
            environment: environment)
        #expect(words(service) == ["x", "a b", "a b", "", "--", "*", "it's", "c d"])
        #expect(words(try web("command: [x, \"${EMPTY}\"]", environment: environment)) == ["x", ""])
    }

    @Test func `the environment wins over .env, the service's own over both, in its texts`() throws {
        let files = [".env": "A=dotenv\nB=dotenv\nC=\"${A}-${B}\"\n", "own.env": "D=own"]
        let service = try web(
            "env_file: own.env\nenvironment: { B: own, E: \"${B}\" }\ncommand: x ${A} ${B} ${C} ${D} ${E}\nuser: ${U:-root}",
            environment: ["A": "env", "U": "deploy"], files: files)
        #expect(words(service) == ["x", "env", "own", "env-dotenv", "own", "dotenv"])
        #expect(service.process.user == 1000)
        // .env is for this file, not for the processes.
        #expect(service.environment.map(\.name) == ["B", "D", "E"])
    }

    @Test func `PORT, INSTANCE and NAME differ between instances`() throws {
        let service = try web(
            "port: 8080\ninstances: 3\ncommand: x ${PORT} ${INSTANCE} ${NAME} $${PORT}\n"
                + "environment: { URL: \"http://h:${PORT}/\" }\nenv_file: a.env\nbefore_start: y ${NAME}",
            environment: ["PORT": "1", "NAME": "outer"], files: ["a.env": "FROM_FILE=${INSTANCE}"])
        #expect(words(service, instance: 2) == ["x", "8081", "2", "web@2", "${PORT}"])
        let second = service.identity(of: 2)
        #expect(
            service.environment.map { $0.value?.resolved(for: second) } == ["2", "8081", "http://h:8081/"])
        #expect(service.hooks.beforeStart?.command.resolved(for: second) == ["y", "web@2"])
        #expect(words(try web("command: x ${PORT}", environment: ["PORT": "1"])) == ["x", "1"])
    }

    @Test func `every typed value may come from a variable`() throws {
        let service = try web(
            "port: ${P}\ninstances: ${N:-2}\nready: { tcp: 80, timeout: \"${T}\" }\nnice: ${P:-1}",
            environment: ["P": "10", "T": "3s"])
        #expect(service.port == 10 && service.instances == 2 && service.process.nice == 10)
        #expect(service.readiness.timeout == .seconds(3))
    }

    @Test func `the base environment is passed through, sorted`() throws {
        let result = load("services: { a: { command: /bin/true } }", environment: ["B": "2", "A": "1=1"])
        #expect(result.configuration?.set.environment == ["A=1=1", "B=2"])
    }
}
