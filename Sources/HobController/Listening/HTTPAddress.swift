/// The parts of an `http://` URL that a ping or a webhook needs.
package struct HTTPAddress: Hashable, Sendable {
    /// The host, without brackets.
    package var host: String
    /// The port; 80 when none is given.
    package var port: UInt16
    /// Host and port as they stand in the URL.
    package var authority: String
    /// Path and query.
    package var path: String

    /// Nil when the text is no such URL.
    package init?(_ url: String) {
        guard url.lowercased().hasPrefix("http://") else { return nil }
        let rest = url.dropFirst(7)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        let place = rest[..<end]
        let target = rest[end...].prefix { $0 != "#" }
        path = target.hasPrefix("/") ? String(target) : "/" + target
        authority = String(place)
        let colon = place.lastIndex(of: ":")
        let isPort = colon.map { !place[$0...].contains("]") } ?? false
        var name = place
        port = 80
        if isPort, let colon {
            guard let number = UInt16(place[place.index(after: colon)...]), number > 0 else { return nil }
            port = number
            name = place[..<colon]
        }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        guard !name.isEmpty, !name.contains("@") else { return nil }
        host = String(name)
    }
}
