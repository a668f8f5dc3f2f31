import Glibc
import HobController
import HobSystem

/// Sends each report to an `http://` URL by POST.
///
/// A name service that hangs holds up only this receiver's thread; everything after it keeps the deadline.
struct ReportWebhook: ReportReceiver {
    private let address: HTTPAddress

    init(_ address: HTTPAddress) {
        self.address = address
    }

    func send(_ report: ReportQueue.Report, until deadline: MonotonicTime) -> String? {
        do throws(SystemError) {
            let places: [SocketAddress]
            if let known = HostAddresses.known(address.host, port: address.port) {
                places = known
            } else {
                places = try HostAddresses.resolve(address.host, port: address.port)
            }
            var problem: SystemError?
            for place in places {
                do throws(SystemError) {
                    return try exchange(report, with: place, until: deadline)
                } catch {
                    problem = error
                }
            }
            return "\(address.authority): \(problem?.message ?? "it has no address")"
        } catch {
            return "\(address.authority): \(error.message)"
        }
    }

    private func exchange(
        _ report: ReportQueue.Report, with place: SocketAddress, until deadline: MonotonicTime
    ) throws(SystemError) -> String? {
        let tooLate = SystemError(code: ETIMEDOUT, message: "it did not answer in time")
        let socket = try TCPSocket.startConnecting(to: place)
        guard socket.waitWritable(until: deadline) else { throw tooLate }
        if let error = TCPSocket.connectError(of: socket, to: place) { throw error }
        let bytes = request(report.json)
        var sent = 0
        while sent < bytes.count {
            // SIGPIPE is blocked on this thread, as all signals are.
            if let count = try DescriptorPassing.send(Array(bytes[sent...]), descriptors: [], over: socket) {
                sent += count
            } else if !socket.waitWritable(until: deadline) {
                throw tooLate
            }
        }
        var answer = HTTPExchange()
        var chunk = [UInt8](repeating: 0, count: 1_024)
        while socket.waitReadable(until: deadline) {
            var failure: SystemError?
            let verdict = chunk.withUnsafeMutableBytes { buffer -> HTTPExchange.Answer? in
                do throws(SystemError) {
                    guard let count = try socket.read(into: buffer) else { return .incomplete }
                    return count == 0 ? nil : answer.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } catch {
                    failure = error
                    return nil
                }
            }
            if let failure { throw failure }
            switch verdict {
            case .incomplete: continue
            case .status(let status):
                return (200..<300).contains(status) ? nil : "\(address.authority) answered with status \(status)"
            case .malformed: return "\(address.authority) does not speak HTTP"
            case nil: return "\(address.authority) closed the connection without an answer"
            }
        }
        throw tooLate
    }

    private func request(_ body: [UInt8]) -> [UInt8] {
        func clean(_ text: String) -> String {
            String(text.unicodeScalars.map { $0.value <= 0x20 || $0.value == 0x7F ? "%" : Character($0) })
        }
        let head = [
            "POST \(clean(address.path)) HTTP/1.1", "Host: \(clean(address.authority))",
            "Content-Type: application/json", "Content-Length: \(body.count)", "Connection: close", "", "",
        ]
        return Array(head.joined(separator: "\r\n").utf8) + body
    }
}
