import Glibc
import HobSystem
import Testing

@Suite(.blocking) struct CredentialsTests {
    private static var own: Credentials {
        var groups = [gid_t](repeating: 0, count: 65_536)
        let count = getgroups(Int32(groups.count), &groups)
        return Credentials(user: geteuid(), group: getegid(), groups: Set(groups.prefix(max(0, Int(count)))))
    }

    @Test func `a process knows what it is, in every part`() {
        let own = Self.own
        #expect(own.arePresent)
        for other in [
            Credentials(user: own.user + 1, group: own.group, groups: own.groups),
            Credentials(user: own.user, group: own.group + 1, groups: own.groups),
            Credentials(user: own.user, group: own.group, groups: own.groups.union([54_321])),
        ] {
            #expect(!other.arePresent)
        }
    }

    @Test func `what the kernel refuses is an error with the remedy, and nothing has changed`() {
        let own = Self.own
        let error = #expect(throws: SystemError.self) {
            try FaultPlan.during(FaultPlan(parsing: "setid:1:EPERM")) {
                try Credentials(user: 54_321, group: 54_321, groups: [54_321]).assume()
            }
        }
        #expect(
            error?.message
                == "cannot take the groups of user 54321: not permitted: it takes CAP_SETUID and CAP_SETGID")
        #expect(own.arePresent)
    }
}
