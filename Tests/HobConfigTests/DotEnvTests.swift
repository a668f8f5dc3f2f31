import HobConfig
import HobSupervisorCore
import Testing

@Suite struct DotEnvTests {
    private func variables(_ text: String, bytes: [UInt8]? = nil) throws -> [String: String] {
        let directory = ScratchDirectory()
        directory.write("x.env", bytes: bytes ?? Array(text.utf8))
        let service = try web("env_file: x.env", environment: ["HOB": "h"], in: directory)
        return Dictionary(
            uniqueKeysWithValues: service.environment.map {
                ($0.name, $0.value?.resolved(for: service.identity(of: 1)) ?? "nil")
            })
    }

    @Test(arguments: [
        ("A=1", ["A": "1"]), ("export A=1", ["A": "1"]), ("  A = 1  ", ["A": "1"]), ("A=", ["A": ""]),
        ("A=x y z", ["A": "x y z"]), ("A=x # c", ["A": "x"]), ("A=x#y", ["A": "x#y"]), ("A=# c", ["A": ""]),
        ("# c\n\n\nA=1\n", ["A": "1"]), ("A='x \"${Y}\" \\n $z'", ["A": "x \"${Y}\" \\n $z"]),
        ("A=\"a\\nb\\t\\\"c\\\" \\\\ \\$ \\x\"", ["A": "a\nb\t\"c\" \\ $ \\x"]), ("A=\"${HOB}\"", ["A": "h"]),
        ("A=${HOB}/x", ["A": "h/x"]), ("A=1\nB=${A}${A}", ["A": "1", "B": "11"]), ("A=\"\\${HOB}\"", ["A": "${HOB}"]),
        ("A=pa$$word", ["A": "pa$$word"]), ("A=\"pa$word\" # c", ["A": "pa$word"]), ("A=1\nA=2", ["A": "2"]),
        ("A=\"two\nlines\"\nB=1", ["A": "two\nlines", "B": "1"]), ("A='' ", ["A": ""]), ("export=1", ["export": "1"]),
        ("A.B_1=x", ["A.B_1": "x"]), ("A=it's", ["A": "it's"]), ("A=${N:-d}", ["A": "d"]), ("", [:]),
    ])
    func `values`(text: String, expected: [String: String]) throws {
        #expect(try variables(text) == expected)
        #expect(
            try variables(text.replacing("\n", with: "\r\n")).filter { !$0.value.contains("\r") }.count >= expected
                .count - 1)
    }

    @Test func `CRLF and a byte order mark are no part of a value`() throws {
        #expect(try variables("A=1\r\nB='x'\r\nC=\"y\"\r\n\r\n# c\r\n") == ["A": "1", "B": "x", "C": "y"])
        #expect(try variables("", bytes: [0xEF, 0xBB, 0xBF] + Array("A=1".utf8)) == ["A": "1"])
    }

    @Test func `invalid UTF-8 is an error at its place`() {
        let directory = ScratchDirectory()
        directory.write(".env", bytes: Array("A=1\nB=\u{FC}".utf8) + [0xFF, 0x0A])
        #expect(
            errors(webText(""), in: directory)
                == [".env:2:4: byte 0xFF is not valid UTF-8: save the file as UTF-8"])
    }

    @Test func `a directory called .env is somebody's virtual environment`() throws {
        let directory = ScratchDirectory()
        directory.directory(".env")
        _ = try web("", in: directory)
    }
}
