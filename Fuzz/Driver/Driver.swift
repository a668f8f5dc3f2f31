import Glibc
import HobFuzz

// libFuzzer brings its own main and calls these two by their C names; FUZZ_TARGET says which parser is meant.

/// The parser of this process.
private let target: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget.named(name) else {
        print("FUZZ_TARGET must be one of \(FuzzTarget.all.map(\.name).joined(separator: " ")), not '\(name)'")
        exit(64)
    }
    return target
}()

@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do throws(FuzzFinding) {
        try target.check(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        // A broken promise is a crash: libFuzzer keeps the bytes.
        preconditionFailure("\(target.name): \(error)")
    }
    return 0
}
