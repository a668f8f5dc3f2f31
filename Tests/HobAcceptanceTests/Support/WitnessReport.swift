import Glibc
import HobClient
import HobSystem

/// What the witnesses of a sandbox have noted, beside what stands in their logs.
struct WitnessReport {
    /// How many processes there were.
    var processes: Int { counts.count }
    /// How many of their lines are in the logs.
    private(set) var lines = 0
    /// How many notes of lines that may be missing.
    private(set) var gaps = 0

    /// The instance of each process, in the order of their beginnings.
    private var begun: [(instance: String, key: String)] = []
    private var doubles: [String] = []
    /// The number of the last line that was certainly written.
    private var counts: [String: Int] = [:]
    private var logged: [String: Int] = [:]
    private var gapsOf: [String: Int] = [:]
    private var faults: [String] = []

    /// Reads all of it.
    init(of box: Sandbox) throws {
        doubles = box.lines("witness/doubles")
        for line in box.lines("witness/starts") {
            let words = line.split(separator: " ").map(String.init)
            begun.append((words[0], words[1]))
            let bytes = try? Descriptor.open(box.file("witness/\(words[1]).\(words[0]).count")).readAll(limit: 8)
            counts[words[1]] = (bytes ?? []).enumerated().reduce(0) { $0 | Int($1.element) << ($1.offset * 8) }
        }
        let path = box.file(".hob/logs")
        let names = try Descriptor.open(path, flags: [.readOnly, .directory]).names()
        // The file that is being written has no number and comes last.
        let files = names.compactMap { name in LogFileName(parsing: name).map { (name, $0) } }
            .sorted { ($0.1.sequence ?? .max) < ($1.1.sequence ?? .max) }
        for (name, file) in files {
            read(try Descriptor.open("\(path)/\(name)").readAll(limit: 64 << 20), of: file.instance)
        }
    }

    /// How many processes of an instance have begun.
    func starts(of instance: String) -> Int { begun.count { $0.instance == instance } }

    /// All that is not as promised; with `aboutGaps` also lines missing where the log says so.
    func complaints(aboutGaps: Bool) -> [String] {
        var complaints = faults + doubles.map { "a second living process: \($0)" }
        var missing: [String: Int] = [:]
        for (instance, key) in begun {
            let written = counts[key] ?? 0
            let found = logged[key] ?? 0
            // It may have been killed between the line and the note of it.
            if found == written || found == written + 1 { continue }
            let complaint = "\(instance) \(key): \(found) lines in the log, \(written) written"
            missing[instance, default: 0] += 1
            if aboutGaps || missing[instance, default: 0] > gapsOf[instance, default: 0] {
                complaints.append(complaint)
            }
        }
        if aboutGaps, gaps > 0 { complaints.append("\(gaps) gaps are marked: \(gapsOf)") }
        return complaints
    }

    private mutating func read(_ bytes: [UInt8], of instance: String) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            // TIME PID-MS NUMBER
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
            let key = words.count == 3 ? String(decoding: words[1], as: UTF8.self) : ""
            guard words.count == 3, counts[key] != nil, let number = Int(String(decoding: words[2], as: UTF8.self))
            else {
                note(String(decoding: line, as: UTF8.self), of: instance)
                continue
            }
            lines += 1
            let last = logged[key, default: 0]
            if number != last + 1 {
                faults.append("\(instance) \(key): line \(number) after \(last): \(number > last ? "lost" : "doubled")")
            }
            logged[key] = number
        }
    }

    private mutating func note(_ line: String, of instance: String) {
        if line.contains("ended while no supervisor was there") {
            gaps += 1
            gapsOf[instance, default: 0] += 1
        } else {
            faults.append("\(instance): a line that nobody wrote: \(line)")
        }
    }
}
