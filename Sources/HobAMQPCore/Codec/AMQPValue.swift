/// A value of a header or an argument, of a type that RabbitMQ reads.
public enum AMQPValue: Hashable, Sendable {
    /// True or false (`t`).
    case bool(Bool)
    /// 8 bits, signed (`b`).
    case int8(Int8)
    /// 8 bits (`B`).
    case uint8(UInt8)
    /// 16 bits, signed (`s`).
    case int16(Int16)
    /// 16 bits (`u`).
    case uint16(UInt16)
    /// 32 bits, signed (`I`).
    case int32(Int32)
    /// 32 bits (`i`).
    case uint32(UInt32)
    /// 64 bits, signed (`l`).
    case int64(Int64)
    /// 64 bits (`L`).
    case uint64(UInt64)
    /// A float of 32 bits (`f`).
    case float(Float)
    /// A float of 64 bits (`d`).
    case double(Double)
    /// A number divided by ten to the power of the scale (`D`).
    case decimal(scale: UInt8, value: Int32)
    /// Text (`S`).
    case string(String)
    /// What was sent as text but is not UTF-8 (`S`).
    case text([UInt8])
    /// Values in order (`A`).
    case array([AMQPValue])
    /// Seconds since 1970, UTC (`T`).
    case timestamp(UInt64)
    /// Values by name (`F`).
    case table(AMQPTable)
    /// Nothing (`V`).
    case void
    /// Bytes (`x`).
    case bytes([UInt8])
}

extension AMQPValue {
    /// The whole number, whatever its width; nil when it is none or does not fit.
    public var integer: Int? {
        switch self {
        case .int8(let value): Int(value)
        case .uint8(let value): Int(value)
        case .int16(let value): Int(value)
        case .uint16(let value): Int(value)
        case .int32(let value): Int(value)
        case .uint32(let value): Int(value)
        case .int64(let value): Int(exactly: value)
        case .uint64(let value): Int(exactly: value)
        case .timestamp(let value): Int(exactly: value)
        case .bool, .float, .double, .decimal, .string, .text, .array, .table, .void, .bytes: nil
        }
    }

    /// The text; nil when it is none.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }
}

extension AMQPValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A signed number of 64 bits.
    public init(integerLiteral value: Int64) { self = .int64(value) }
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A float of 64 bits.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// Values in order.
    public init(arrayLiteral elements: AMQPValue...) { self = .array(elements) }
    /// Values by name.
    public init(dictionaryLiteral elements: (String, AMQPValue)...) { self = .table(AMQPTable(elements)) }
}
