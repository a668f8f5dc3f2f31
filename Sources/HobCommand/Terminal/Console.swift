import Glibc

/// Standard output and error with what is known of the terminal behind them.
struct Console {
    /// The style of standard output.
    let style: Style
    /// The style of standard error.
    let errorStyle: Style
    /// Whether standard error is a terminal that can redraw lines in place.
    let canRedraw: Bool
    /// Whether only results and errors are wanted.
    let isQuiet: Bool

    init(color: ColorChoice, isQuiet: Bool, environment: [String: String]) {
        let isDumb = environment["TERM"] == "dumb"
        func chosen(_ descriptor: Int32) -> Style {
            switch color {
            case .always: .colored
            case .never: .plain
            case .auto:
                Style(
                    isColored: isatty(descriptor) != 0 && !isDumb
                        && environment["NO_COLOR", default: ""].isEmpty)
            }
        }
        style = chosen(1)
        errorStyle = chosen(2)
        canRedraw = isatty(2) != 0 && !isDumb
        self.isQuiet = isQuiet
    }

    /// The columns of the terminal behind standard output; nil when there is none.
    var width: Int? { Self.width(of: 1) }

    /// The columns of the terminal behind standard error; nil when there is none.
    var errorWidth: Int? { Self.width(of: 2) }

    /// Writes lines to standard output.
    func print(_ lines: String...) {
        Self.writeOutput(lines.map { $0 + "\n" }.joined())
    }

    /// Writes lines to standard output.
    func print(_ lines: [String]) {
        Self.writeOutput(lines.map { $0 + "\n" }.joined())
    }

    /// Writes bytes to standard output.
    func write(_ bytes: [UInt8]) {
        Self.write(bytes, to: 1)
    }

    /// Says something that is neither result nor error.
    func note(_ text: String) {
        if !isQuiet { Self.writeError(text + "\n") }
    }

    /// Says what went wrong.
    func complain(_ text: String) {
        Self.writeError(text + "\n")
    }

    static func writeOutput(_ text: String) {
        write(Array(text.utf8), to: 1)
    }

    static func writeError(_ text: String) {
        write(Array(text.utf8), to: 2)
    }

    private static func width(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard isatty(descriptor) != 0, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                done += count
            } else if errno == EAGAIN {
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&entry, 1, -1)
            } else if errno != EINTR {
                // Nobody reads any more, or the disk is full: there is nothing left to say, and no way to say it.
                exit(errno == EPIPE ? 128 + SIGPIPE : ExitStatus.failed)
            }
        }
    }
}
