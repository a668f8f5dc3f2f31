import HobSupervisorCore
import HobYAML

/// A definition with the places that checks across services speak of.
struct ParsedService {
    /// A name of another service or group, as it was written.
    struct Reference {
        /// The name.
        let name: String
        /// Where it stands.
        let place: Place
    }

    /// Where its name stands.
    let place: Place
    /// The definition; what refers to others is still empty.
    var definition: ServiceDefinition
    /// What it waits for, as written.
    var after: [Reference] = []
    /// What it requires, as written.
    var requires: [Reference] = []
    /// Where its port stands.
    var portPlace: Place?
    /// Where its command stands.
    var commandPlace: Place?
}
