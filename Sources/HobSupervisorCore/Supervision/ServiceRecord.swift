/// A service as the supervision keeps it.
package struct ServiceRecord: Sendable {
    /// The definition its next processes start from.
    package var definition: DefinitionBox
    /// Its row in the journal.
    package let row: Int
    /// The slots of its instances, by number.
    package var slots: [Int] = []
    /// How many instances the operator asked for, where that differs from the file.
    package var scale: Int?
    /// It is no longer defined, and goes when its instances are gone.
    package var isRetiring = false
    /// Whether an instance that is added shall run: somebody has started the service, and nobody has stopped it.
    var isWanted = false
    /// The services it waits for, and those that wait for it.
    var predecessors: [String] = []
    var dependents: [String] = []
    /// How many of its instances others must wait for.
    var unsatisfied = 0
    /// How many of its instances are retiring.
    var retiring = 0
    /// How many instances that wait for this service are leaving; it must outlive them.
    var leavingDependents = 0

    init(definition: DefinitionBox, row: Int) {
        self.definition = definition
        self.row = row
    }

    // Mutating in name only, see InstanceRecord.

    mutating func startConditions() -> [String] { predecessors }

    mutating func isAwaited() -> Bool { unsatisfied > 0 }

    mutating func hasRetiring() -> Bool { retiring > 0 }

    /// Counts one instance more, or one less, that others must wait for.
    ///
    /// - Returns: those others, when there is nothing left to wait for.
    mutating func changeUnsatisfied(by difference: Int) -> [String]? {
        unsatisfied += difference
        return unsatisfied == 0 ? dependents : nil
    }

    /// Counts one instance more, or one less, that this service must outlive.
    ///
    /// - Returns: whether there is none left.
    mutating func changeLeavingDependents(by difference: Int) -> Bool {
        leavingDependents += difference
        return leavingDependents == 0
    }
}
