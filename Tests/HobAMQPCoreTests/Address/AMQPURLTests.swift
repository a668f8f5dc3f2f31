import HobAMQPCore
import Testing

@Suite struct AMQPURLTests {
    @Test(arguments: [
        ("amqp://", "amqp://guest:***@localhost:5672"),
        ("amqps://", "amqps://guest:***@localhost:5671"),
        ("AMQP://h", "amqp://guest:***@h:5672"),
        ("amqp://h/", "amqp://guest:***@h:5672"),
        ("amqp://h/%2F", "amqp://guest:***@h:5672"),
        ("amqp://u:p@h:1/v", "amqp://u:***@h:1/v"),
        ("amqp://u@h", "amqp://u:***@h:5672"),
        ("amqp://:p@h", "amqp://:***@h:5672"),
        ("amqp://a%40b:p%2F@h/a%2Fb", "amqp://a%40b:***@h:5672/a%2Fb"),
        ("amqp://[::1]:7/v", "amqp://guest:***@[::1]:7/v"),
        ("amqps://a,b:9,[fe80::1]/v", "amqps://guest:***@a:5671,b:9,[fe80::1]:5671/v"),
        ("amqp://u:p@ss@h", "amqp://u:***@h:5672"),
        ("amqp:///v", "amqp://guest:***@localhost:5672/v"),
    ])
    func `forms of the URL`(text: String, description: String) throws {
        #expect(try AMQPURL(text).description == description)
    }

    @Test func `everything a query may say`() throws {
        let url = try AMQPURL(
            "amqps://h?heartbeat=5&connection_timeout=1500&channel_max=7&frame_max=8192&auth_mechanism=external"
                + "&verify=verify_none&cacertfile=/ca%20s.pem&certfile=c&keyfile=k&server_name_indication=n&")
        #expect(url.heartbeat == 5)
        #expect(url.connectionTimeout == .milliseconds(1_500))
        #expect(url.channelMax == 7)
        #expect(url.frameMax == 8_192)
        #expect(url.usesExternalLogin)
        #expect(!url.verifiesServer)
        #expect(url.trustedCertificates == "/ca s.pem")
        #expect(url.certificate == "c")
        #expect(url.privateKey == "k")
        #expect(url.serverName == "n")
        let plain = try AMQPURL("amqp://h")
        #expect(plain.heartbeat == nil && plain.verifiesServer && !plain.usesExternalLogin)
        #expect(plain.user == "guest" && plain.password == "guest" && plain.virtualHost == "/")
    }

    @Test(arguments: [
        ("http://h", 1, "amqp://"), ("", 1, "amqp://"), ("amqp://h:0", 10, "1 to 65535"),
        ("amqp://h:70000", 10, "1 to 65535"), ("amqp://h:", 10, "1 to 65535"), ("amqp://a,,b", 10, "a host is missing"),
        ("amqp://a,", 10, "a host is missing"), ("amqp://:1", 8, "a host is missing"), ("amqp://::1", 8, "[::1]"),
        ("amqp://[::1", 8, "not closed"), ("amqp://[]", 9, "IPv6"), ("amqp://[::1]x", 13, "only a port"),
        ("amqp://h/a/b", 11, "%2F"), ("amqp://h/%2", 10, "%25"), ("amqp://h/%zz", 10, "%25"),
        ("amqp://h/%ff", 10, "UTF-8"), ("amqp://h#x", 9, "%23"), ("amqp://h?hearbeat=1", 10, "heartbeat"),
        ("amqp://h?heartbeat=1s", 20, "seconds"), ("amqp://h?heartbeat", 19, "seconds"),
        ("amqp://h?frame_max=100", 20, "4096"), ("amqp://h?connection_timeout=0", 29, "milliseconds"),
        ("amqp://h?verify=verify_none", 9, "amqps"), ("amqp://h?auth_mechanism=external", 9, "amqps"),
        ("amqps://h?certfile=c", 10, "together"), ("amqps://h?verify=no", 18, "verify_peer or verify_none"),
        ("amqp://ä,b:x", 12, "1 to 65535"), ("amqp://h o", 8, "character"),
    ])
    func `an error names the place and what would be right`(text: String, column: Int, words: String) {
        let error = #expect(throws: AMQPURLError.self) { try AMQPURL(text) }
        #expect(error?.column == column, "\(String(describing: error))")
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        "amqp://u:s3cret@h:x", "amqp://u:s3cret@h?x=s3cret", "amqp://u:s3%zzcret@h", "u:s3cret@h", "amqp://u:s3cret@",
        "amqp://u:s3cret/@h", "amqp://u:s3cret#@h", "amqp://u:s3cret@h/a/b",
    ])
    func `the password is never shown`(text: String) {
        do {
            let url = try AMQPURL(text)
            #expect(!"\(url)\(String(reflecting: url))".contains("s3cret"))
            var dumped = ""
            dump(url, to: &dumped)
            #expect(!dumped.contains("s3cret"))
        } catch {
            #expect(!"\(error)\(String(reflecting: error))".contains("s3cret"))
        }
    }
}
