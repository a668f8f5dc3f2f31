import Testing

@testable import HobAMQP

/// Which names a certificate is for.
@Suite struct TLSIdentityTests {
    @Test(arguments: [
        ("a.b.c", "a.b.c", true), ("A.b.c.", "a.B.C", true), ("a.b.c", "*.b.c", true), ("a.b.c", "*.c", false),
        ("b.c", "*.b.c", false), ("b.c", "*.c", false), ("a.b.c", "a.*.c", false), ("", "", false), ("x", "*", false),
        ("a.b.c", "a.b.d", false), (".b.c", "*.b.c", false),
    ])
    func `a certificate's name may begin with a star, for one label`(name: String, pattern: String, isRight: Bool) {
        #expect(TLSIdentity.matches(name, pattern) == isRight)
    }
}
