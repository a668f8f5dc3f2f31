#if AMQP
import HobPolicy
import NIOCore
import NIOSSL

/// Says in a sentence why TLS did not come about.
///
/// The library below knows numbers and names of its own; what a person needs is what the server showed and what would be
/// right.
enum TLSFailure {
    /// The sentence.
    ///
    /// - Parameters:
    ///   - error: what the TLS library says.
    ///   - certificate: what the server has shown, if it got that far.
    ///   - name: whom the certificate should be for.
    static func reason(_ error: any Error, certificate: NIOSSLCertificate?, name: String) -> String {
        let shown = certificate.map { "the server's certificate, \(describe($0)), " } ?? "the server's certificate "
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return shown + "is not for '\(name)'; \(Self.remedy)"
        case NIOSSLError.handshakeFailed(.sslError(let stack)):
            return reason(stack.map { "\($0)" }.joined(separator: ", "), shown)
        default: return "TLS failed: \(error)"
        }
    }

    /// The sentence for a certificate of somebody else.
    static func anotherName(_ certificate: NIOSSLCertificate, than name: String) -> String {
        "the server's certificate, \(describe(certificate)), is not for '\(name)'; \(remedy)"
    }

    private static let remedy = "use a name that it bears, or say that name with server_name_indication"

    private static func reason(_ words: String, _ shown: String) -> String {
        let known: [(String, String)] = [
            (
                "CERTIFICATE_VERIFY_FAILED",
                shown + "cannot be trusted: it is expired, or no authority that is trusted has signed it; name the "
                    + "authority's certificates with cacertfile"
            ),
            ("WRONG_VERSION_NUMBER", "the server answers, but not with TLS: its port may be the one for amqp://"),
            ("UNKNOWN_PROTOCOL", "the server answers, but not with TLS: its port may be the one for amqp://"),
            ("HTTP_REQUEST", "the server answers, but not with TLS: its port may be the one for amqp://"),
            ("CERTIFICATE_REQUIRED", "the server wants a certificate: give certfile and keyfile"),
            ("ALERT_BAD_CERTIFICATE", "the server does not take the certificate of certfile"),
            ("ALERT_UNKNOWN_CA", "the server does not trust the authority of the certificate of certfile"),
            ("ALERT_CERTIFICATE_EXPIRED", "the certificate of certfile is expired"),
            (
                "EOF during handshake",
                "the server hung up instead of agreeing on TLS: its port may be the one for amqp://"
            ),
        ]
        let sentence = known.first { Self.contains(words, $0.0) }?.1 ?? "TLS failed"
        return "\(sentence) (\(words))"
    }

    /// Without Foundation, and of short texts.
    private static func contains(_ text: String, _ part: String) -> Bool {
        let text = Array(text.utf8)
        let part = Array(part.utf8)
        return text.indices.dropLast(max(0, part.count - 1)).contains { text[$0...].starts(with: part) }
    }

    private static func describe(_ certificate: NIOSSLCertificate) -> String {
        // Its names stand in its description and nowhere else.
        let names = "\(certificate)".split(separator: ";").compactMap { part -> Substring? in
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0] == "common_name" || pair[0] == "alternative_names" else { return nil }
            return pair[1].last == ">" ? pair[1].dropLast() : pair[1]
        }
        let unique = names.flatMap { $0.split(separator: ",") }.reduce(into: [Substring]()) { list, name in
            if !list.contains(name) { list.append(name) }
        }
        return "for \(unique.joined(separator: ", ")), valid from \(day(Int64(certificate.notValidBefore))) to "
            + day(Int64(certificate.notValidAfter))
    }

    private static func day(_ seconds: Int64) -> String {
        let date = CivilDate(days: seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(date.year)-\(two(date.month))-\(two(date.day))"
    }
}
#endif
