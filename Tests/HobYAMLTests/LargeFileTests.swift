import HobYAML
import Testing

@Suite(.blocking) struct LargeFileTests {
    /// A file as large as they get: 1,000 services of a dozen lines.
    private static let file: [UInt8] = {
        var text = "name: shop\nx-common: &common\n  environment: { APP_ENV: production, LANG: C.UTF-8 }\nservices:\n"
        for number in 0..<1_000 {
            text += """
                  service-\(number):
                    <<: *common
                    command: [./bin/web, --port, "${PORT}", '--name=web \(number)']
                    port: \(1_024 + number)
                    user: www-data        # not root
                    directory: ./apps/\(number)
                    after: [service-\(max(0, number - 1))]
                    ready: { http: "http://127.0.0.1:${PORT}/healthz", timeout: 10s }
                    restart: { on: failure, delay: 100ms..30s, limit: 10 in 90s }
                    stop: [TERM 10s, KILL]
                    before_start: |
                      mkdir -p /run/web
                      chown www-data /run/web

                """
        }
        return Array(text.utf8)
    }()

    @Test func `1,000 services are read as Yams reads them`() throws {
        let source = try SourceText(file: "hob.yml", bytes: Self.file)
        let clock = ContinuousClock()
        var ours: [Duration] = []
        var oracle: [Duration] = []
        // In turns, so that a busy machine slows down both.
        for _ in 0..<5 {
            let problems = Problems()
            var start = clock.now
            let tree = YAMLReader.read(source, reporting: problems)
            ours.append(clock.now - start)
            start = clock.now
            let other = YamsOracle.read(source, reporting: problems)
            oracle.append(clock.now - start)
            #expect(problems.errors.isEmpty)
            let first = try #require(tree)
            #expect(try Outcome.describe(first) == Outcome.describe(#require(other)))
        }
        let (fastest, other) = try (#require(ours.min()), #require(oracle.min()))
        // Only told, not required: Yams' part in C is optimised even in a debug build, ours is not.
        print("\(Self.file.count) bytes: \(fastest), Yams \(other)")
    }
}
