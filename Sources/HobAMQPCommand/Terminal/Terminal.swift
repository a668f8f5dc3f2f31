import Glibc
import HobSystem

/// Lines for, and answers from, whoever has typed the command.
enum Terminal {
    /// Whether somebody is there to be asked.
    static var canAsk: Bool { isatty(0) != 0 && isatty(2) != 0 }

    /// Whether a line of standard error can be written over.
    static var canRedraw: Bool { isatty(2) != 0 && !isDumb }

    /// Whether standard output takes colours by itself.
    static var takesColor: Bool {
        isatty(1) != 0 && !isDumb && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
    }

    private static var isDumb: Bool { getenv("TERM").map { String(cString: $0) == "dumb" } ?? false }

    /// Writes a line to standard output.
    static func print(_ line: String) { write(line + "\n", to: 1) }

    /// Writes a line to standard error, without passwords.
    static func complain(_ line: String) { write(Secrets.hidden(in: line) + "\n", to: 2) }

    /// Writes over the last line of standard error; what is empty takes it away.
    static func redraw(_ line: String) { write("\r\u{1B}[K" + line, to: 2) }

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
            if count > 0 {
                done += count
            } else if count == -EINTR {
                continue
            } else {
                // Nobody reads any more: there is nothing left to say, and no way to say it.
                return
            }
        }
    }
}
