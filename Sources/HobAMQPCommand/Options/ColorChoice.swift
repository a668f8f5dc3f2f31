#if AMQP
import ArgumentParser

/// When to use colours.
enum ColorChoice: String, CaseIterable, ExpressibleByArgument {
    case always, never, auto
}
#endif
