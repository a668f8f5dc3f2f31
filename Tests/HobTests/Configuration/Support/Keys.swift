import Hob

/// The keys of a daemon that tests configure.
enum Keys {
    enum Mode: String, CaseIterable, ConfigurationValue { case fast, careful, paranoid }

    static let host = ConfigKey("http.host", default: "127.0.0.1")
    static let port = ConfigKey(
        "http.port", default: 8080, reloads: true, check: { (1...65_535).contains($0) ? nil : "between 1 and 65535" })
    static let timeout = ConfigKey("http.timeout", default: Duration.seconds(10), reloads: true)
    static let proxy = ConfigKey<String?>("http.proxy", reloads: true)
    static let cache = ConfigKey("cache.size", default: ByteSize(bytes: 64 << 20))
    static let ratio = ConfigKey("cache.ratio", default: 0.5)
    static let tls = ConfigKey("tls", default: false)
    static let mode = ConfigKey("mode", default: Mode.fast)
    static let paths = ConfigKey("paths", default: ["."], reloads: true)
    static let title = ConfigKey("title", default: "lister", reloads: true, locked: true)
    static let token = ConfigKey<String?>("api.token", reloads: true, secret: true)
    static let pin = ConfigKey("api.pin", default: 0, secret: true)
    static let database = ConfigKey<String>("database.url")

    /// All that need not be set.
    static let all: [any ConfigurationKey] = [
        host, port, timeout, proxy, cache, ratio, tls, mode, paths, title, token, pin,
    ]
}
