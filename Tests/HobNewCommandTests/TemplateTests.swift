import HobSystem
import HobTestKit
import Testing

@testable import HobNewCommand

@Suite("Templates", .blocking)
struct TemplateTests {
    @Test("Every hole has a name that is filled", arguments: ProjectKind.allCases)
    func holes(kind: ProjectKind) throws {
        var known = Set(try Making.project(kind).holes.keys)
        known.formUnion(["hobPath", "hobURL", "url", "from", "hasTraits", "products", "product", "package", "."])
        for template in kind.templates {
            for name in names(in: template.path + template.text) {
                #expect(known.contains(name), "\(template.path): \(name)")
            }
        }
    }

    @Test(
        "What is written has no holes, no blanks at line ends, and one line end at its end",
        arguments: ProjectKind.allCases)
    func tidy(kind: ProjectKind) throws {
        for hob in [PackageSource.path("/checkouts/hob"), .url("https://example.org/hob.git")] {
            for file in try Project(name: ProjectName("dir-lister"), kind: kind, hob: hob).files() {
                let text = String(decoding: file.bytes, as: UTF8.self)
                #expect(!text.contains("{{") && !text.contains("}}") && !text.contains("&quot;"), "\(file.path)")
                #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"), "\(file.path)")
                for line in text.split(separator: "\n") {
                    #expect(line.last?.isWhitespace != true, "\(file.path): \(line)")
                }
                for line in text.split(separator: "\n") where file.path.hasSuffix(".swift") {
                    #expect(line.count <= 120, "\(file.path): \(line)")
                }
            }
        }
    }

    @Test("The manifest names Hob as it was asked for")
    func hob() throws {
        let name = try ProjectName("hello")
        func manifest(_ hob: PackageSource) throws -> String {
            let files = try Project(name: name, kind: .simple, hob: hob).files()
            return String(decoding: try #require(files.first { $0.path == "Package.swift" }).bytes, as: UTF8.self)
        }
        #expect(try manifest(.path("/a/b c")).contains(#".package(name: "hob", path: "/a/b c", traits: []),"#))
        let remote = try manifest(.url("git@example.org:me/my-hob.git"))
        #expect(remote.contains(#".package(url: "git@example.org:me/my-hob.git", from: ""#))
        #expect(remote.contains(#".product(name: "Hob", package: "my-hob")"#))
    }

    @Test("Only the kind that needs it fetches what is behind a trait")
    func traits() throws {
        for kind in ProjectKind.allCases {
            let files = try Project(name: ProjectName("hello"), kind: kind, hob: .url("https://example.org/hob"))
                .files()
            let manifest = String(
                decoding: try #require(files.first { $0.path == "Package.swift" }).bytes, as: UTF8.self)
            #expect(manifest.contains(kind == .amqp ? #"traits: ["AMQP"]),"# : "traits: []),"), "\(kind)")
            #expect(manifest.contains(#".product(name: "HobAMQP", package: "hob")"#) == (kind == .amqp), "\(kind)")
        }
    }

    @Test("--hob must be a checkout of Hob or an address")
    func source() throws {
        let directory = try TestDirectory()
        #expect(try PackageSource.resolve("https://example.org/hob") == .url("https://example.org/hob"))
        #expect(throws: NewFailure.self) { try PackageSource.resolve(directory.path) }
        try directory.write("let package = Package(\n    name: \"other\",\n", to: "Package.swift")
        #expect(throws: NewFailure.self) { try PackageSource.resolve(directory.path) }
        // The checkout that hob was built in counts only as long as it is one.
        #expect(try PackageSource.resolve(nil, checkout: directory.path) == .url(PackageSource.released))
        try directory.write("let package = Package(\n    name: \"hob\",\n", to: "Package.swift")
        #expect(try PackageSource.resolve(nil, checkout: directory.path) == .path(directory.path))
        #expect(try PackageSource.resolve(".", in: directory.path) == .path(directory.path))
        #expect(try PackageSource.resolve(nil) == .path(PackageSource.ownCheckout))
    }

    /// What stands between two pairs of braces.
    private func names(in text: String) -> [String] {
        var names: [String] = []
        var rest = text[...]
        while let brace = rest.firstIndex(of: "{") {
            rest = rest[brace...].dropFirst()
            guard rest.first == "{" else { continue }
            names.append(String(rest.dropFirst().prefix { $0 != "}" }.drop { "#/^".contains($0) }))
        }
        return names
    }
}
