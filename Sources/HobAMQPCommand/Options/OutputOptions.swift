#if AMQP
import ArgumentParser

/// How results are shown.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the result as one line of JSON.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print nothing but results and errors.")
    var quiet = false

    @Option(help: ArgumentHelp("Colours: always, never or auto.", valueName: "when"))
    var color = ColorChoice.auto
}
#endif
