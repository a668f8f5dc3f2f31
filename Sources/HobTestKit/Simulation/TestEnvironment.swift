import Glibc

/// What the environment says to the tests.
package enum TestEnvironment {
    /// The value of a variable; nil when it is not set.
    package static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// Whether the long variants are to be run (HOB_LONG=1).
    package static var isLong: Bool { value("HOB_LONG") == "1" }

    /// The seed of a random test: HOB_SEED if it is set, else a new one, which the test prints.
    package static func seed() -> UInt64 {
        value("HOB_SEED").flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999_999)
    }
}
