import Glibc
import HobSystem
import Synchronization

extension Broker {
    /// A `with-rabbitmq --hold` of this process: it ends the broker when its stdin ends, whatever ends that.
    package final class Holder: Sendable {
        /// What it says of its broker.
        let variables: [String: String]
        private let process: SpawnedProcess
        private let input: Descriptor

        private static let all = Mutex<(holders: [Holder], isRegistered: Bool)>(([], false))

        /// Starts one and waits for its broker.
        init() throws {
            let input = try Descriptor.pipe()
            let output = try Descriptor.pipe()
            var request = SpawnRequest("\(Self.checkout)/Scripts/with-rabbitmq", ["--hold"])
            let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
            request.environment = [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR=\(base)",
            ]
            request.descriptors = [
                DescriptorMapping(source: input.read.raw, target: 0),
                DescriptorMapping(source: output.write.raw, target: 1), DescriptorMapping(source: 2, target: 2),
            ]
            process = try Spawner.shared.spawn(request)
            self.input = input.write
            output.write.close()
            input.read.close()
            let said = try Self.read(output.read)
            variables = Self.parse(said)
            guard variables["AMQP_URL"] != nil else {
                throw BrokerError("Scripts/with-rabbitmq --hold did not start a broker; its words are on stderr")
            }
            Self.all.withLock { all in
                all.holders.append(self)
                if !all.isRegistered {
                    all.isRegistered = true
                    // A run of tests ends in exit(3); one that is killed ends the holder's stdin all the same.
                    atexit { Broker.Holder.endAll() }
                }
            }
        }

        /// What with-rabbitmq told this process itself.
        static func ownVariables() -> [String: String] {
            var variables: [String: String] = [:]
            for name in [
                "AMQP_URL", "AMQPS_URL", "HOB_RABBITMQ_TLS", "HOB_RABBITMQ_NODE", "HOB_RABBITMQ_DIRECTORY",
            ] {
                variables[name] = getenv(name).map { String(cString: $0) }
            }
            return variables
        }

        /// The package's directory.
        package static var checkout: String { "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") }

        private static func endAll() {
            let holders = all.withLock { $0.holders }
            for holder in holders { holder.input.close() }
            let deadline = MonotonicTime.now() + .seconds(60)
            for holder in holders where holder.process.handle.waitForExit(until: deadline) {
                _ = try? holder.process.handle.reap()
            }
        }

        /// Its lines up to an empty one, or to the end.
        private static func read(_ output: Descriptor) throws -> String {
            let deadline = MonotonicTime.now() + .seconds(400)
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 4096)
            while !bytes.suffix(2).elementsEqual([10, 10]) {
                guard output.waitReadable(until: deadline) else { throw BrokerError("no broker within 400 s") }
                let count = try chunk.withUnsafeMutableBytes { try output.read(into: $0) }
                if count == 0 { break }
                bytes += chunk[..<(count ?? 0)]
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        private static func parse(_ text: String) -> [String: String] {
            var variables: [String: String] = [:]
            for line in text.split(separator: "\n") {
                guard let sign = line.firstIndex(of: "=") else { continue }
                variables[String(line[..<sign])] = String(line[line.index(after: sign)...])
            }
            return variables
        }
    }
}
