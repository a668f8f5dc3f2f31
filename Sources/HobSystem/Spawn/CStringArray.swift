/// A null-terminated array of C strings in one allocation each for pointers and bytes.
struct CStringArray {
    let base: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    let count: Int
    private let bytes: UnsafeMutablePointer<CChar>

    init(_ strings: [String]) {
        count = strings.count
        base = .allocate(capacity: strings.count + 1)
        bytes = .allocate(capacity: strings.reduce(1) { $0 + $1.utf8.count + 1 })
        var end = bytes
        for (index, string) in strings.enumerated() {
            base[index] = end
            for byte in string.utf8 {
                end.initialize(to: CChar(bitPattern: byte))
                end += 1
            }
            end.initialize(to: 0)
            end += 1
        }
        base[strings.count] = nil
    }

    func deallocate() {
        base.deallocate()
        bytes.deallocate()
    }
}
