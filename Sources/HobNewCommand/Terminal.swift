import Glibc
import HobSystem

/// Lines for, and answers from, whoever has typed the command.
enum Terminal {
    /// Whether somebody is there to be asked.
    static var canAsk: Bool { isatty(0) != 0 && isatty(2) != 0 }

    /// Writes a line to standard output.
    static func print(_ line: String) { write(line + "\n", to: 1) }

    /// Writes a line to standard error.
    static func complain(_ line: String) { write(line + "\n", to: 2) }

    /// Asks a question; nil when the answer is the end of the input.
    static func ask(_ question: String) -> String? {
        write(question + " ", to: 2)
        return readLine()
    }

    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { buffer in
                invoke(.write) { Glibc.write(descriptor, buffer.baseAddress, buffer.count) }
            }
            if count == -EINTR { continue }
            // Nobody reads any more: there is nothing left to say, and no way to say it.
            guard count > 0 else { return }
            done += count
        }
    }
}
