import Glibc
import HobConfig
import HobPolicy
import HobSupervisorCore
import HobYAML
import Testing

@Suite struct MutationTests {
    @Test func `mutated files never trap, and every error has a place`() {
        let base = Array(
            """
            name: shop
            x-env: &env { APP_ENV: production, EMPTY: }
            services:
              redis:
                command: redis-server --port 6399 --save ""
                ready: { tcp: 127.0.0.1:6399, timeout: 10s }
              web:
                command: [./bin/web, --port, "${PORT}", '${X:-y}']
                instances: 4
                port: 8080
                user: www-data
                environment: { <<: *env, B: "a\\nb" }
                after: [redis]
                ready: { http: "http://127.0.0.1:${PORT}/healthz", status: 200..299 }
                restart: { on: failure, delay: 100ms..30s, limit: 10 in 90s, jitter: 20% }
                rlimits: { nofile: { soft: 1, hard: 2 }, core: unlimited }
                stop: [TERM 10s, KILL]
                log: { rotate: 10MB, keep: 10, timestamps: rfc3339 }
                before_start: { command: "mkdir -p x; true", shell: true, timeout: 5s }
            groups:
              all: [redis, web]
            """.utf8)
        let dotEnv = Array("A=1\nexport B=\"x ${A} \\\" y\"\nC='z' # c\nD=${A:-d} e\n".utf8)
        let interesting = Array("{}[]:,&*?-!|>'\"%@`#$\\ \n\t\r~<=.0".utf8) + [0x00, 0x80, 0xC3, 0xE2, 0xFF]
        let seed = getenv("HOB_SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        print("mutations: HOB_SEED=\(seed)")
        let directory = ScratchDirectory()
        for round in 0..<2_000 {
            func mutated(_ original: [UInt8]) -> [UInt8] {
                var bytes = original
                for _ in 0..<Int.random(in: 1...6, using: &random) {
                    let index = Int.random(in: bytes.indices, using: &random)
                    switch Int.random(in: 0..<5, using: &random) {
                    case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                    case 1: bytes[index] = interesting.randomElement(using: &random) ?? 0
                    case 2: bytes.insert(interesting.randomElement(using: &random) ?? 0, at: index)
                    case 3:
                        bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...12, using: &random)))
                    default:
                        let end = min(bytes.count, index + Int.random(in: 1...40, using: &random))
                        bytes.insert(
                            contentsOf: bytes[index..<end], at: Int.random(in: 0...bytes.count, using: &random))
                    }
                    if bytes.isEmpty { bytes = [0x61] }
                }
                return bytes
            }
            let file = directory.write("hob.yml", bytes: mutated(base))
            directory.write(".env", bytes: round % 2 == 0 ? mutated(dotEnv) : dotEnv)
            switch ProjectLoader(file: file, environment: [:], names: FixedNames()).load() {
            case .loaded(let configuration):
                #expect(!configuration.set.services.isEmpty, "seed \(seed), round \(round)")
            case .failed(let errors):
                #expect(!errors.isEmpty, "seed \(seed), round \(round)")
                for error in errors {
                    #expect(
                        error.line >= 1 && error.column >= 1 && !error.message.isEmpty, "seed \(seed), round \(round)")
                }
                #expect(errors == errors.sorted { $0.place < $1.place }, "seed \(seed), round \(round)")
            }
        }
    }
}
