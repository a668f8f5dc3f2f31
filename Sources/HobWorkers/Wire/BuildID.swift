import HobSystem
import Synchronization

/// Which build of a program an executable is: a hash of its bytes, and by which file it was found.
///
/// Both sides of a pool compare the hashes before anything else: two builds may not agree on what they say.
struct BuildID: Hashable, Sendable {
    /// The file's place and times; as long as they are the same, so are its bytes.
    var file: String
    /// The hash of the bytes, in hexadecimal digits.
    var hash: String

    private static let known = Mutex<[String: String]>([:])

    /// Of an executable.
    static func of(_ path: String) throws(SystemError) -> BuildID {
        let executable = try Descriptor.open(path)
        let file = try fingerprint(executable)
        if let hash = known.withLock({ $0[file] }) { return BuildID(file: file, hash: hash) }
        let id = BuildID(file: file, hash: try hash(of: executable))
        known.withLock { $0[file] = id.hash }
        return id
    }

    /// Of the running program, whatever has become of its file; `expected` spares reading it when it is that file.
    static func ofSelf(expecting expected: BuildID? = nil) throws(SystemError) -> BuildID {
        let path = "/proc/self/exe"
        if let expected, try fingerprint(Descriptor.open(path)) == expected.file { return expected }
        return try of(path)
    }

    var text: String { "\(file)=\(hash)" }

    init(file: String, hash: String) {
        self.file = file
        self.hash = hash
    }

    init?(parsing text: String) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return nil }
        self.init(file: parts[0], hash: parts[1])
    }

    private static func fingerprint(_ executable: Descriptor) throws(SystemError) -> String {
        let status = try FileStatus.of(executable)
        return "\(status.device):\(status.inode):\(status.size):\(status.modified)"
    }

    private static func hash(of executable: Descriptor) throws(SystemError) -> String {
        // Two lanes of FNV-1a over words: no secret is at stake, and an executable has tens of megabytes.
        var (first, second): (UInt64, UInt64) = (14_695_981_039_346_656_037, 1_099_511_628_211)
        let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { space.deallocate() }
        var offset = 0
        while true {
            let count = try executable.read(into: space, at: offset)
            guard count > 0 else { break }
            // What is missing of the last word counts as zero.
            for index in count..<min(space.count, (count + 15) & ~15) { space[index] = 0 }
            let words = UnsafeRawBufferPointer(rebasing: space[..<((count + 15) & ~15)]).bindMemory(to: UInt64.self)
            for index in stride(from: 0, to: words.count, by: 2) {
                first = (first ^ words[index]) &* 1_099_511_628_211
                second = (second ^ words[index &+ 1]) &* 1_099_511_628_211
                second ^= first >> 32
            }
            offset += count
        }
        let mixed = first ^ (second &* 0x9E37_79B9_7F4A_7C15) ^ UInt64(offset)
        return String(mixed, radix: 16)
    }
}
