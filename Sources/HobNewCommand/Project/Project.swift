import Mustache

/// A new daemon: what fills the holes of the templates.
struct Project {
    var name: ProjectName
    var kind: ProjectKind
    var hob: PackageSource

    /// All its files, by path.
    func files() throws -> [ProjectFile] {
        let holes = holes
        return try kind.templates.map { template in
            ProjectFile(
                path: try Self.fill(template.path, holes), bytes: Array(try Self.fill(template.text, holes).utf8))
        }
        .sorted { $0.path < $1.path }
    }

    /// What templates may name.
    var holes: [String: Any] {
        var holes: [String: Any] = [
            "name": name.text,
            "module": name.module,
            "type": name.type,
            "variable": name.variable,
            "kind": kind.rawValue,
            "summary": kind.summary,
            "hobIdentity": hob.identity,
            "hobVersion": ProjectVersions.hob,
            "swiftVersion": ProjectVersions.swift,
            "packages": kind.packages.map(Self.holes(of:)),
            "listens": kind.listens,
            "port": kind.port.map(String.init) ?? "",
            "isHTTP": kind == .http,
            "isAMQP": kind == .amqp,
            "hobTraits": kind.hob.traits.map { "\"\($0)\"" }.joined(separator: ", "),
            "hobProducts": kind.hob.products,
            "testProducts": kind.hob.products.filter { $0 != "Hob" },
        ]
        switch hob {
        case .path(let path): holes["hobPath"] = path
        case .url(let url): holes["hobURL"] = url
        }
        return holes
    }

    private static func holes(of package: PackageDependency) -> [String: Any] {
        [
            "url": package.url, "from": package.from, "hasTraits": package.hasTraits,
            "products": package.products.map { ["product": $0, "package": package.identity] },
        ]
    }

    private static func fill(_ template: String, _ holes: [String: Any]) throws -> String {
        // Nothing here is HTML.
        try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}" + template).render(holes)
    }
}
