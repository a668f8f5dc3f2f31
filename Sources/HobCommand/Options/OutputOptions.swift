import ArgumentParser
import HobSystem

/// How results look.
struct OutputOptions: ParsableArguments {
    @Option(help: "Colours: always, never or auto (on a terminal).")
    var color = ColorChoice.auto

    @Flag(name: .shortAndLong, help: "Say nothing but results and errors.")
    var quiet = false

    /// What the options on the command line say is not known where the configuration is compiled.
    static var errorStyle: Style {
        Console(color: .auto, isQuiet: false, environment: ProcessEnvironment.current).errorStyle
    }

    var console: Console { Console(color: color, isQuiet: quiet, environment: ProcessEnvironment.current) }
}
