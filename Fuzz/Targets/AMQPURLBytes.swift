import HobAMQPCore

/// The address of a broker, from an environment variable.
enum AMQPURLBytes {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        let text = String(decoding: bytes, as: UTF8.self)
        let url: AMQPURL
        do throws(AMQPURLError) {
            url = try AMQPURL(text)
        } catch {
            try promise(error.column >= 1 && error.column <= text.count + 1, "\(error) is beyond the URL")
            return
        }
        try promise(!url.hosts.isEmpty, "no host")
        let again = try? AMQPURL(url.description)
        try promise(again?.virtualHost == url.virtualHost, "\(url) changes when it is read again")
        try promise(again?.user == url.user, "\(url) changes when it is read again")
    }
}
