#if AMQP
import NIOSSL

/// Whom a certificate is for, where the TLS library looks less closely than it should.
///
/// It takes a certificate that bears the address it has connected to, also when a name was asked for. But who leads a
/// name astray may well have a certificate for his own address; so where a name was asked for, it must be the name.
enum TLSIdentity {
    /// Whether the certificate, which the library has verified, is for this name.
    static func isFor(_ name: String, _ certificate: NIOSSLCertificate) -> Bool {
        var names: [String] = []
        var bearsAddress = false
        for alternative in certificate._subjectAlternativeNames() {
            switch alternative.nameType {
            case .dnsName: names.append(String(decoding: alternative.contents, as: UTF8.self))
            case .ipAddress: bearsAddress = true
            default: continue
            }
        }
        // Without addresses the library has looked at names only.
        return !bearsAddress || names.contains { matches(name, $0) }
    }

    /// Whether a name is the one of a certificate, whose first label may be `*` and then stands for any one label.
    static func matches(_ name: String, _ pattern: String) -> Bool {
        let name = labels(name)
        let pattern = labels(pattern)
        guard name.count == pattern.count, name.first?.isEmpty == false else { return false }
        guard pattern[0] == "*", name.count > 2 else { return name == pattern }
        return name.dropFirst() == pattern.dropFirst()
    }

    private static func labels(_ name: String) -> [Substring] {
        let name = name.lowercased()
        return (name.last == "." ? name.dropLast() : name[...]).split(separator: ".", omittingEmptySubsequences: false)
    }
}
#endif
