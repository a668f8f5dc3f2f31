/// Tables on the wire: names as short strings, each value behind a letter that tells its type.
extension AMQPTable {
    /// Tables and arrays within each other; what is deeper is refused before the stack is in danger.
    package static let depthLimit = 32
}

extension ByteReader {
    mutating func table(depth: Int) throws(AMQPProtocolError) -> AMQPTable {
        guard depth < AMQPTable.depthLimit else { throw Self.tooDeep }
        var content = try nested("a table")
        var table = AMQPTable()
        while content.remaining > 0 {
            let name = try content.shortString()
            table.append(name, try content.value(depth: depth))
        }
        return table
    }

    private static var tooDeep: AMQPProtocolError {
        AMQPProtocolError(.syntaxError, "tables are nested more than \(AMQPTable.depthLimit) deep")
    }

    private mutating func value(depth: Int) throws(AMQPProtocolError) -> AMQPValue {
        switch try octet() {
        case UInt8(ascii: "t"): return .bool(try octet() != 0)
        case UInt8(ascii: "b"): return .int8(Int8(bitPattern: try octet()))
        case UInt8(ascii: "B"): return .uint8(try octet())
        case UInt8(ascii: "s"): return .int16(Int16(bitPattern: try short()))
        case UInt8(ascii: "u"): return .uint16(try short())
        case UInt8(ascii: "I"): return .int32(Int32(bitPattern: try long()))
        case UInt8(ascii: "i"): return .uint32(try long())
        case UInt8(ascii: "l"): return .int64(Int64(bitPattern: try longLong()))
        case UInt8(ascii: "L"): return .uint64(try longLong())
        case UInt8(ascii: "f"): return .float(Float(bitPattern: try long()))
        case UInt8(ascii: "d"): return .double(Double(bitPattern: try longLong()))
        case UInt8(ascii: "D"):
            let scale = try octet()
            return .decimal(scale: scale, value: Int32(bitPattern: try long()))
        case UInt8(ascii: "S"):
            let bytes = try longString()
            return String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .text(bytes)
        case UInt8(ascii: "A"): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "T"): return .timestamp(try longLong())
        case UInt8(ascii: "F"): return .table(try table(depth: depth + 1))
        case UInt8(ascii: "V"): return .void
        case UInt8(ascii: "x"): return .bytes(try longString())
        case let letter: throw AMQPProtocolError(.syntaxError, "a field has the type \(letter), which no broker sends")
        }
    }

    private mutating func array(depth: Int) throws(AMQPProtocolError) -> [AMQPValue] {
        guard depth < AMQPTable.depthLimit else { throw Self.tooDeep }
        var content = try nested("an array")
        var values: [AMQPValue] = []
        while content.remaining > 0 { values.append(try content.value(depth: depth)) }
        return values
    }
}

extension ByteWriter {
    mutating func table(_ table: AMQPTable, depth: Int) throws(AMQPProtocolError) {
        guard depth < AMQPTable.depthLimit else { throw Self.tooDeep }
        let start = beginLength()
        for field in table.fields {
            try shortString(field.name, "the name of a field")
            try value(field.value, depth: depth)
        }
        endLength(start)
    }

    private static var tooDeep: AMQPProtocolError {
        AMQPProtocolError(.syntaxError, "tables are nested more than \(AMQPTable.depthLimit) deep")
    }

    private mutating func value(_ value: AMQPValue, depth: Int) throws(AMQPProtocolError) {
        switch value {
        case .bool(let value): tagged("t") { $0.octet(value ? 1 : 0) }
        case .int8(let value): tagged("b") { $0.octet(UInt8(bitPattern: value)) }
        case .uint8(let value): tagged("B") { $0.octet(value) }
        case .int16(let value): tagged("s") { $0.short(UInt16(bitPattern: value)) }
        case .uint16(let value): tagged("u") { $0.short(value) }
        case .int32(let value): tagged("I") { $0.long(UInt32(bitPattern: value)) }
        case .uint32(let value): tagged("i") { $0.long(value) }
        case .int64(let value): tagged("l") { $0.longLong(UInt64(bitPattern: value)) }
        case .uint64(let value): tagged("L") { $0.longLong(value) }
        case .float(let value): tagged("f") { $0.long(value.bitPattern) }
        case .double(let value): tagged("d") { $0.longLong(value.bitPattern) }
        case .decimal(let scale, let value):
            tagged("D") {
                $0.octet(scale)
                $0.long(UInt32(bitPattern: value))
            }
        case .string(let text):
            octet(UInt8(ascii: "S"))
            let start = beginLength()
            raw(text.utf8)
            endLength(start)
        case .text(let bytes): tagged("S") { $0.longString(bytes) }
        case .array(let values):
            guard depth + 1 < AMQPTable.depthLimit else { throw Self.tooDeep }
            octet(UInt8(ascii: "A"))
            let start = beginLength()
            for value in values { try self.value(value, depth: depth + 1) }
            endLength(start)
        case .timestamp(let value): tagged("T") { $0.longLong(value) }
        case .table(let table):
            octet(UInt8(ascii: "F"))
            try self.table(table, depth: depth + 1)
        case .void: octet(UInt8(ascii: "V"))
        case .bytes(let bytes): tagged("x") { $0.longString(bytes) }
        }
    }

    private mutating func tagged(_ letter: Unicode.Scalar, _ write: (inout ByteWriter) -> Void) {
        octet(UInt8(ascii: letter))
        write(&self)
    }
}
