/// Numbers of 16 bits, which other encoders write and Swift has not on every machine.
enum HalfPrecision {
    static func double(_ bits: UInt16) -> Double {
        let exponent = Int(bits >> 10 & 0x1F)
        let fraction = Double(bits & 0x3FF) / 1024
        let size: Double
        switch exponent {
        case 0: size = fraction * 0x1p-14
        case 31: size = fraction == 0 ? .infinity : .nan
        default: size = (1 + fraction) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
        }
        return bits & 0x8000 == 0 ? size : -size
    }
}
