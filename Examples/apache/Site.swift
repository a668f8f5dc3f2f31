import Foundation
import Glibc

/// One web site in a temporary directory: configuration, page, log and pid file.
struct Site {
    let directory: URL
    let port: UInt16

    init() throws {
        port = try Self.freePort()
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("apache-\(UUID().uuidString)")
        // The workers run as another user when we are root.
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    }

    func remove() { try? FileManager.default.removeItem(at: directory) }

    var url: URL { URL(string: "http://127.0.0.1:\(port)/") ?? directory }
    var pidFile: String { path("httpd.pid") }
    var errorLog: String { path("error.log") }

    /// The command line that tells Apache to do something.
    func apache(_ verb: String) -> [String] { ["/usr/sbin/apache2", "-f", path("httpd.conf"), "-k", verb] }

    /// Writes a page and the configuration that shows it; a running Apache sees it after its next restart.
    func publish(_ page: String) throws {
        let root = directory.appendingPathComponent(page)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        try page.write(to: root.appendingPathComponent("index.html"), atomically: true, encoding: .utf8)
        try configuration(root: root.path).write(toFile: path("httpd.conf"), atomically: true, encoding: .utf8)
    }

    private func configuration(root: String) -> String {
        """
        ServerName localhost
        Listen 127.0.0.1:\(port)
        PidFile "\(pidFile)"
        ErrorLog "\(errorLog)"
        DefaultRuntimeDir "\(directory.path)"
        LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
        LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
        LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
        \(geteuid() == 0 ? "User www-data\nGroup www-data" : "")
        KeepAlive Off
        DocumentRoot "\(root)"
        DirectoryIndex index.html

        """
    }

    private func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    /// A port that nobody listens on now; the kernel gives it to nobody else soon.
    private static func freePort() throws -> UInt16 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, size) == 0 ? getsockname(socket, $0, &size) : -1
            }
        }
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        return UInt16(bigEndian: address.sin_port)
    }
}
