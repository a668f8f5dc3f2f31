/// What `hob destroy` is about to do; planned whole before the first file is removed.
struct Destruction {
    /// What becomes of a file.
    enum Action: String {
        case remove, restore, leave, gone
    }

    /// A file and what becomes of it.
    struct Step {
        var path: String
        var action: Action
    }

    let directory: ProjectDirectory
    private(set) var steps: [Step] = []
    private var manifest: ProjectManifest

    /// Looks at what is there; changes nothing.
    ///
    /// - Parameter force: Whether files go that were changed since.
    init(of directory: ProjectDirectory, force: Bool) throws {
        guard let manifest = try directory.manifest() else {
            let reason = directory.exists ? "it holds no \(ProjectManifest.path)" : "it is not there"
            throw NewFailure(NewFailure.failed, "\(directory.path) was not made by hob new: \(reason)")
        }
        self.directory = directory
        self.manifest = manifest
        for (path, digest) in manifest.files.sorted(by: { $0.key < $1.key }) {
            let back: Action = manifest.originals.contains(path) ? .restore : .remove
            let action: Action =
                switch try directory.content(of: path) {
                case .nothing: back == .restore ? .restore : .gone
                case .file(let found): found == digest || force ? back : .leave
                case .other: .leave
                }
            steps.append(Step(path: path, action: action))
        }
        // Kept, but its successor was never written.
        for path in manifest.originals.subtracting(manifest.files.keys).sorted() {
            let isFree = try directory.content(of: path) == .nothing
            steps.append(Step(path: path, action: isFree ? .restore : .leave))
        }
    }

    /// The files that were changed since.
    var changed: [String] { steps.filter { $0.action == .leave }.map(\.path) }

    /// Takes away what was made.
    ///
    /// - Returns: What is left in the directory.
    mutating func perform() throws -> [String] {
        for step in steps {
            switch step.action {
            case .remove: try directory.remove(step.path)
            case .restore:
                let kept = "\(ProjectManifest.originals)/\(step.path)"
                guard try directory.content(of: kept) != .nothing else {
                    // It never left its place.
                    if manifest.files[step.path] != nil { try directory.remove(step.path) }
                    break
                }
                _ = try directory.makeDirectories(for: step.path)
                try directory.move(kept, to: step.path)
                manifest.originals.remove(step.path)
            case .leave: continue
            case .gone: break
            }
            manifest.files[step.path] = nil
        }
        try removeRecord()
        for name in manifest.directories.sorted(by: { $0.count > $1.count }) where name != "." {
            try directory.removeDirectory(name)
        }
        if manifest.directories.contains(".") { try directory.removeDirectory(".") }
        return try directory.leftovers()
    }

    /// Removes the manifest, or what of it has been done.
    private func removeRecord() throws {
        for path in steps.map(\.path) {
            var parent = path
            while let slash = parent.lastIndex(of: "/") {
                parent = String(parent[..<slash])
                try directory.removeDirectory("\(ProjectManifest.originals)/\(parent)")
            }
        }
        try directory.removeDirectory(ProjectManifest.originals)
        if manifest.files.isEmpty, manifest.originals.isEmpty {
            try directory.remove(ProjectManifest.path)
            try directory.removeDirectory(ProjectManifest.directory)
        } else {
            try directory.write(Array(manifest.text.utf8), to: ProjectManifest.path)
        }
    }
}
