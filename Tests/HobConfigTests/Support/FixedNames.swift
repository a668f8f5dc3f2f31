import HobConfig

/// A machine with two users, three groups and two hosts.
struct FixedNames: NameResolver {
    func user(named name: String) -> UserRecord? {
        switch name {
        case "www-data": UserRecord(name: "www-data", user: 33, group: 33)
        case "deploy": UserRecord(name: "deploy", user: 1000, group: 1000)
        default: nil
        }
    }

    func user(numbered number: UInt32) -> UserRecord? {
        switch number {
        case 33: user(named: "www-data")
        case 1000: user(named: "deploy")
        default: nil
        }
    }

    func group(named name: String) -> UInt32? {
        ["www-data": 33, "deploy": 1000, "adm": 4][name]
    }

    func groups(of user: String, with group: UInt32) -> [UInt32] {
        Set([group] + (user == "deploy" ? [4, 1000] : [])).sorted()
    }

    func addresses(of host: String) throws(NameResolutionError) -> [String] {
        switch host {
        case "db.internal": return ["10.0.0.7"]
        case "dual.internal": return ["10.0.0.8", "fd00::8"]
        default: throw NameResolutionError(reason: "Name or service not known")
        }
    }
}
