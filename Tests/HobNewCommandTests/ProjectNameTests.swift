import Testing

@testable import HobNewCommand

@Suite("Names of daemons", .blocking)
struct ProjectNameTests {
    @Test(
        "A good name has a module and a type",
        arguments: [
            ("hello", "hello", "Hello"), ("dir-lister", "dir_lister", "DirLister"), ("a2_b", "a2_b", "A2B"),
            ("task", "task", "TaskDaemon"), ("http2", "http2", "Http2"),
        ])
    func good(text: String, module: String, type: String) throws {
        let name = try ProjectName(text)
        #expect(name.module == module)
        #expect(name.type == type)
    }

    @Test(
        "A bad one is refused with the reason, and a good one near it",
        arguments: [
            ("", "it is empty"),
            ("Hello", "it may hold small letters, digits, '-' and '_'; try 'hello'"),
            ("DirLister", "it may hold small letters, digits, '-' and '_'; try 'dir-lister'"),
            ("my daemon", "it may hold small letters, digits, '-' and '_'; try 'my-daemon'"),
            ("naïve", "it may hold small letters, digits, '-' and '_'; try 'na-ve'"),
            ("2fast", "it must begin with a letter; try 'fast'"),
            ("-x", "it must begin with a letter; try 'x'"),
            ("a--b", "each '-' and '_' must stand between letters or digits; try 'a-b'"),
            ("a-", "each '-' and '_' must stand between letters or digits; try 'a'"),
            ("class", "it is a word of the Swift language; try 'my-class'"),
            ("hob", "a module that it uses has this name; try 'my-hob'"),
            ("..", "it may hold small letters, digits, '-' and '_'"),
        ])
    func bad(text: String, reason: String) {
        #expect(throws: NewFailure(64, "'\(text)' cannot be the name of a daemon: \(reason)")) {
            try ProjectName(text)
        }
    }

    @Test("A name that is too long is refused")
    func long() {
        #expect(throws: NewFailure.self) { try ProjectName(String(repeating: "a", count: 49)) }
        #expect(throws: Never.self) { try ProjectName(String(repeating: "a", count: 48)) }
    }
}
