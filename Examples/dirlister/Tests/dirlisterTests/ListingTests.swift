import Foundation
import Testing

@testable import dirlister

@Suite("A listing")
struct ListingTests {
    @Test("Names are sorted, hidden ones left out")
    func names() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for name in ["b", "a", ".hidden"] { try Data().write(to: directory.appendingPathComponent(name)) }
        #expect(try Listing(of: directory.path).text() == "\(directory.path) has 2 entries: a, b")
    }

    @Test("A directory that is not there is an error with its path")
    func missing() {
        let error = #expect(throws: ListingError.self) { try Listing(of: "/nonexistent/directory").text() }
        #expect(error?.description == "cannot list /nonexistent/directory: No such file or directory")
    }
}
