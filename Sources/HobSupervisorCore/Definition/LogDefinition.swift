package import HobProtocol

/// Where a service's output goes, and how much of it is kept.
package struct LogDefinition: Hashable, Sendable, JSONCodable {
    /// What stands before each line.
    package enum Timestamps: String, Hashable, Sendable, CaseIterable {
        /// `2026-01-31T12:00:00.123Z `.
        case rfc3339
        /// Nothing: the bytes as they came.
        case none
    }

    /// What becomes of the output while its file cannot be written: a full disk, or one that does not answer.
    package enum Full: String, Hashable, Sendable, CaseIterable {
        /// It stays in the pipe, and the service waits when that is full.
        case block
        /// It is dropped, and a line in the log says how much.
        case drop
    }

    /// The size in bytes at which a new file begins; 0 never.
    package var rotateBytes: Int64
    /// The age at which a new file begins; nil never.
    package var rotateAge: Duration?
    /// How many finished files are kept.
    package var keep: Int
    /// What stands before each line.
    package var timestamps: Timestamps
    /// Whether finished files are compressed.
    package var compress: Bool
    /// What becomes of the output while its file cannot be written.
    package var full: Full

    /// Makes a log definition; the defaults keep ten files of 10 MB.
    package init(
        rotateBytes: Int64 = 10_000_000, rotateAge: Duration? = nil, keep: Int = 10,
        timestamps: Timestamps = .rfc3339, compress: Bool = false, full: Full = .block
    ) {
        self.rotateBytes = rotateBytes
        self.rotateAge = rotateAge
        self.keep = keep
        self.timestamps = timestamps
        self.compress = compress
        self.full = full
    }

    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("rotateBytes", rotateBytes)
        builder.add("rotateAge", rotateAge?.json)
        builder.add("keep", keep)
        builder.add("timestamps", timestamps.rawValue)
        if compress { builder.add("compress", true) }
        if full != .block { builder.add("full", full.rawValue) }
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "log")
        rotateBytes = try reader.integer("rotateBytes")
        rotateAge = try reader.optionalDuration("rotateAge")
        keep = try reader.integer("keep")
        timestamps = try reader.choice("timestamps")
        compress = try reader.flag("compress")
        full = try reader.optionalChoice("full") ?? .block
    }
}
