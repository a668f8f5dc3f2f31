import BrokerKit

extension VirtualHost {
    /// The URL by way of a proxy in front of the broker.
    func url(by proxy: FaultProxy) -> String { broker.url(by: proxy.address, virtualHost: name) }
}
