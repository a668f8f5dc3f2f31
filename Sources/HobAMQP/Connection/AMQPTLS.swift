#if AMQP
import HobAMQPCore
import NIOSSL

/// What TLS trusts and shows. By default the server's certificate is verified against the system's trust roots, and its
/// name against the host's.
public struct AMQPTLS: Hashable, Sendable {
    /// A PEM file with the certificates that are trusted; nil trusts the system's.
    public var trustedCertificates: String?
    /// A PEM file with the client's certificate, and behind it those that vouch for it; nil shows none.
    public var certificate: String?
    /// A PEM file with the key of the client's certificate.
    public var privateKey: String?
    /// The name that the server's certificate must bear; nil is the host's.
    public var serverName: String?
    /// Whether the server is verified. Without, everybody on the way can read the password.
    public var verifiesServer = true

    /// TLS with the system's trust roots and no certificate of the client.
    public init() {}

    /// What the URL says counts.
    func overridden(by url: AMQPURL) -> AMQPTLS {
        var tls = self
        if let file = url.trustedCertificates { tls.trustedCertificates = file }
        if let file = url.certificate { tls.certificate = file }
        if let file = url.privateKey { tls.privateKey = file }
        if let name = url.serverName { tls.serverName = name }
        if !url.verifiesServer { tls.verifiesServer = false }
        return tls
    }

    /// Reads the files.
    func makeContext() throws(AMQPError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = verifiesServer ? .fullVerification : .none
        if let file = trustedCertificates { configuration.trustRoots = .file(file) }
        do {
            if let certificate {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map {
                    .certificate($0)
                }
            }
            if let privateKey {
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: privateKey, format: .pem))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            let files = [trustedCertificates, certificate, privateKey].compactMap { $0 }.joined(separator: ", ")
            throw AMQPError(
                .tlsConfiguration, "TLS cannot be set up with \(files): \(error); each must be a readable PEM file")
        }
    }
}
#endif
