import HobConfig
import Testing

@Suite struct SystemNameResolverTests {
    private let names = SystemNameResolver()

    @Test func `root is everywhere, and unknown names are nil`() {
        let root = UserRecord(name: "root", user: 0, group: 0)
        #expect(names.user(named: "root") == root)
        #expect(names.user(numbered: 0) == root)
        #expect(names.group(named: "root") == 0)
        #expect(names.groups(of: "root", with: 0).contains(0))
        #expect(names.groups(of: "no-such-user-at-all", with: 7) == [7])
        #expect(names.user(named: "no-such-user-at-all") == nil)
        #expect(names.user(numbered: 4_000_000_000) == nil)
        #expect(names.group(named: "no-such-group-at-all") == nil)
    }

    @Test func `localhost has a loopback address, each once`() throws {
        let addresses = try names.addresses(of: "localhost")
        #expect(addresses.contains("127.0.0.1") || addresses.contains("::1"))
        #expect(Set(addresses).count == addresses.count)
    }
}
