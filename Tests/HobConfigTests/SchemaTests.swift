import HobConfig
import HobProtocol
import HobSupervisorCore
import Testing

@testable import struct HobConfig.KeyTable

@Suite struct SchemaTests {
    private static let documentation =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Documentation"

    @Test(arguments: [
        ("hob.schema.json", ConfigurationSchema.json), ("hob-yml.md", ConfigurationReference.markdown),
    ])
    func `the shipped schema and reference are what the tables say`(name: String, text: String) {
        let path = "\(Self.documentation)/\(name)"
        if GoldenFile.isRecording { GoldenFile.write(path, text) }
        #expect(GoldenFile.read(path) == text, "run the tests with HOB_RECORD=1 and read the difference")
    }

    @Test func `the schema is JSON that names every key`() throws {
        let schema = try JSONReader.read(ConfigurationSchema.json)
        let service = try #require(schema["$defs"]?["service"]?["properties"]?.members)
        #expect(service.map(\.name) == KeyTable.service.keys.map(\.name))
    }

    private static let tables: [KeyTable] = {
        var tables: [KeyTable] = []
        var waiting = [KeyTable.file]
        while let table = waiting.popLast() {
            if tables.contains(where: { $0.id == table.id }) { continue }
            tables.append(table)
            waiting += table.keys.flatMap(\.shape.tables)
        }
        return tables
    }()

    @Test func `every key's example loads`() throws {
        #expect(Self.tables.count == 10)
        for table in Self.tables where table.id != "file" {
            for key in table.keys {
                let text = webText(key.example).replacing("user: root", with: "user: deploy")
                    .replacing("group: root", with: "group: adm").replacing(
                        "groups: [root, 4]", with: "groups: [adm, 4]")
                #expect(errors(text) == [], "\(table.id).\(key.name)")
                #expect(key.help.hasSuffix("."), "\(table.id).\(key.name)")
            }
        }
        for key in KeyTable.file.keys {
            let rest = key.name == "services" ? "" : "\nservices: { web: { command: ./web } }\n"
            #expect(errors(key.example + rest) == [], "file.\(key.name)")
        }
    }

    @Test func `no key has the name or the synonym of another`() {
        for table in Self.tables {
            let names = table.keys.flatMap { [$0.name] + $0.synonyms } + table.later.keys
            #expect(Set(names).count == names.count, "\(table.id)")
            for key in table.keys { #expect(table.meant(by: key.name) == key.name, "\(table.id)") }
        }
    }
}
