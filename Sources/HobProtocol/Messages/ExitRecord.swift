/// How and when a process of an instance ended.
package struct ExitRecord: JSONCodable, Hashable {
    /// The sentence's end, such as `exited with status 1`.
    package var text: String
    /// The exit status; nil when a signal ended it or nobody saw.
    package var status: Int32?
    /// The signal that ended it.
    package var signal: Int32?
    /// When, in milliseconds of Unix time.
    package var time: Int64
    /// The pid it had.
    package var pid: Int32

    /// Makes a record.
    package init(text: String, status: Int32?, signal: Int32?, time: Int64, pid: Int32) {
        self.text = text
        self.status = status
        self.signal = signal
        self.time = time
        self.pid = pid
    }

    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("text", text)
        builder.add("status", status)
        builder.add("signal", signal)
        builder.add("time", time)
        builder.add("pid", pid)
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "exit")
        text = try reader.text("text")
        status = try reader.optionalInteger("status")
        signal = try reader.optionalInteger("signal")
        time = try reader.integer("time")
        pid = try reader.integer("pid")
    }
}
