import Glibc

/// The messages for the samples that are refused, in a text file that people read. `HOB_RECORD=1` writes it.
enum GoldenMessages {
    static let isRecording = getenv("HOB_RECORD") != nil

    private static let path =
        #filePath.split(separator: "/").dropLast(2).map { "/\($0)" }.joined() + "/Golden/messages.txt"

    /// The message for one sample, as the file has it.
    static func entry(_ topic: String, _ sample: Sample, _ message: String) -> String {
        "\(topic), \(sample.name)\n    \(sample.text.debugDescription)\n    \(message)\n"
    }

    /// What the file holds.
    static func recorded() -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// Writes the file.
    static func record(_ text: String) {
        guard let file = fopen(path, "we") else { return }
        defer { fclose(file) }
        fputs(text, file)
    }
}
