/// What to type after `hob new`, and what to expect from it.
enum ClosingWords {
    static func lines(for project: Project, in directory: String) -> [String] {
        [
            "", "\(project.name) is there. Now type:", "",
            "  cd \(directory)",
            "  swift build        # a minute or two, the first time",
            "  hob up             # \(expectation(of: project)); Ctrl-C ends it",
        ]
    }

    private static func expectation(of project: Project) -> String {
        switch project.kind {
        case .simple: "says hello every 5 s"
        case .cron: "looks at the disk every 60 s"
        case .tcp: "echoes lines on 127.0.0.1:7007"
        case .http: "answers on http://127.0.0.1:8080/"
        case .workers: "answers lines on 127.0.0.1:7007"
        case .amqp: "answers the messages of the queue '\(project.name)'"
        case .service: "counts, and reports the count every 5 s"
        }
    }
}
