/// What `hob new` is about to do with each file; planned whole before the first is written.
struct Creation {
    /// What becomes of a file.
    enum Action: String {
        case create, identical, update, overwrite, skip, conflict
    }

    /// A file and what becomes of it.
    struct Step {
        var file: ProjectFile
        var action: Action
    }

    /// An answer to the question whether a file may be overwritten.
    enum Answer {
        case yes, no, all, quit

        /// What somebody has typed; nil when it is neither.
        init?(_ word: String) {
            switch word.lowercased() {
            case "y", "yes": self = .yes
            case "n", "no": self = .no
            case "a", "all": self = .all
            case "q", "quit": self = .quit
            default: return nil
            }
        }
    }

    let directory: ProjectDirectory
    private(set) var steps: [Step] = []
    private var manifest: ProjectManifest

    /// Looks at what is there; changes nothing.
    ///
    /// - Throws: when something that is no file stands where one is to be.
    init(_ project: Project, in directory: ProjectDirectory) throws {
        self.directory = directory
        let earlier = try directory.manifest()
        if let earlier, earlier.kind != project.kind.rawValue {
            throw NewFailure(
                NewFailure.exists,
                "\(directory.path) is of kind \(earlier.kind): say --kind \(earlier.kind), or 'hob destroy' it first")
        }
        manifest = earlier ?? ProjectManifest(kind: project.kind.rawValue)
        for file in try project.files() {
            let action: Action
            switch try directory.content(of: file.path) {
            case .nothing: action = .create
            case .file(let digest) where digest == SHA256.hex(file.bytes): action = .identical
            // Our own, and nobody has touched it.
            case .file(let digest) where digest == earlier?.files[file.path]: action = .update
            case .file: action = .conflict
            case .other(let reason):
                throw NewFailure(
                    NewFailure.exists, "cannot write \(directory.path)/\(file.path): \(reason); move it away")
            }
            steps.append(Step(file: file, action: action))
        }
    }

    /// The files that are there and differ.
    var conflicts: [String] { steps.filter { $0.action == .conflict }.map(\.file.path) }

    /// Decides what becomes of the conflicts.
    ///
    /// - Parameter ask: what a person says about a file.
    mutating func settle(_ policy: OverwritePolicy, ask: (String) -> Answer) throws(NewFailure) {
        var policy = policy
        if policy == .refuse, !conflicts.isEmpty {
            throw NewFailure(
                NewFailure.exists,
                "\(directory.path) has other files of these names: \(conflicts.joined(separator: ", ")); "
                    + "--force overwrites them, --skip leaves them")
        }
        for index in steps.indices where steps[index].action == .conflict {
            if policy == .ask {
                switch ask(steps[index].file.path) {
                case .yes: steps[index].action = .overwrite
                case .no: steps[index].action = .skip
                case .all: policy = .force
                case .quit: throw NewFailure(NewFailure.exists, "nothing has been written")
                }
            }
            if policy == .force { steps[index].action = .overwrite }
            if policy == .skip { steps[index].action = .skip }
        }
    }

    /// Writes the files.
    mutating func perform() throws {
        let written = steps.filter { [.create, .update, .overwrite].contains($0.action) }
        for step in written {
            manifest.directories.formUnion(try directory.makeDirectories(for: step.file.path))
        }
        // Before the first file: whatever happens now, it can be undone.
        try keepOriginals(written)
        for step in written { manifest.files[step.file.path] = SHA256.hex(step.file.bytes) }
        _ = try directory.makeDirectories(for: ProjectManifest.path)
        try directory.write(Array(manifest.text.utf8), to: ProjectManifest.path)
        for step in written { try directory.write(step.file.bytes, to: step.file.path) }
    }

    /// What was there before anything of ours is kept, for `hob destroy`.
    private mutating func keepOriginals(_ written: [Step]) throws {
        for step in written where step.action == .overwrite && manifest.files[step.file.path] == nil {
            let kept = "\(ProjectManifest.originals)/\(step.file.path)"
            _ = try directory.makeDirectories(for: kept)
            // The manifest is on the disk before the file leaves its place.
            manifest.originals.insert(step.file.path)
            try directory.write(Array(manifest.text.utf8), to: ProjectManifest.path)
            try directory.move(step.file.path, to: kept)
        }
    }
}
