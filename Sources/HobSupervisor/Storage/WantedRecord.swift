package import HobProtocol
import HobSupervisorCore

/// What the operator wants beyond the definitions: who is to stay down, and other numbers of instances.
package struct WantedRecord: JSONCodable, Hashable {
    /// The number of the applied set.
    package var revision = 0
    /// Instances that are to stay down.
    package var down: [String] = []
    /// Services whose number of instances is not the file's.
    package var scales: [Request.Scale] = []

    /// Makes a record of nothing special.
    package init() {}

    /// What a supervision wants.
    init(of supervision: Supervision) {
        revision = supervision.revision
        for name in supervision.order {
            guard let service = supervision.services[name], !service.isRetiring else { continue }
            if let scale = service.scale { scales.append(Request.Scale(service: name, instances: scale)) }
            for slot in service.slots {
                guard let record = supervision.instances[slot], !record.isRetiring, record.wanted == .down else {
                    continue
                }
                down.append(record.identity.name)
            }
        }
    }

    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("revision", revision)
        if !down.isEmpty { builder.add("down", down) }
        if !scales.isEmpty { builder.add("scales", JSONValue.array(scales.map(\.json))) }
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "wanted")
        revision = try reader.integer("revision")
        down = try reader.texts("down")
        scales = try reader.array("scales")
    }
}
