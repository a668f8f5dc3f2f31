import HobPolicy
import HobSupervisorCore
import HobYAML

/// Checks what services say about each other, and fills it in.
struct CrossChecks {
    private let context: LoadingContext
    private let places: [String: Place]
    private let groups: [ConfigurationCompiler.Group]
    private var services: [ParsedService]
    private var indices: [String: Int] = [:]
    private var members: [String: [String]] = [:]

    /// The definitions, agreeing with each other if no problem was reported, and the groups' members.
    static func run(_ compiler: ConfigurationCompiler) -> (services: [ParsedService], groups: [String: [String]]) {
        var checks = CrossChecks(compiler)
        checks.resolveGroups()
        checks.resolveOrder()
        checks.findCycles()
        checks.findPortClashes()
        return (checks.services, checks.members)
    }

    private init(_ compiler: ConfigurationCompiler) {
        context = compiler.context
        places = compiler.places
        groups = compiler.groups
        services = compiler.services
        for (index, service) in services.enumerated() { indices[service.definition.name] = index }
    }

    // MARK: - Names

    private mutating func resolveGroups() {
        let groupNames = Set(groups.map(\.name))
        for group in groups {
            var names: [String] = []
            var seen: Set<String> = []
            for member in group.members where seen.insert(member.name).inserted {
                if groupNames.contains(member.name) {
                    context.problems.error(
                        member.place, "'\(member.name)' in group '\(group.name)' is a group itself",
                        suggestion: "list its services")
                } else if isKnown(member, "in group '\(group.name)'") {
                    names.append(member.name)
                    if let index = indices[member.name] { services[index].definition.groups.append(group.name) }
                }
            }
            members[group.name] = names
        }
        for index in services.indices { services[index].definition.groups.sort() }
    }

    private mutating func resolveOrder() {
        for index in services.indices {
            let owner = "of service '\(services[index].definition.name)'"
            services[index].definition.after = names(services[index].after, "in 'after' \(owner)")
            services[index].definition.requires = names(services[index].requires, "in 'requires' \(owner)")
        }
    }

    /// The services that references stand for, each once; a group stands for its services.
    private func names(_ references: [ParsedService.Reference], _ location: String) -> [String] {
        var names: [String] = []
        var seen: Set<String> = []
        for reference in references where isKnown(reference, location) {
            for name in members[reference.name] ?? [reference.name] where seen.insert(name).inserted {
                names.append(name)
            }
        }
        return names
    }

    private func isKnown(_ reference: ParsedService.Reference, _ location: String) -> Bool {
        if places[reference.name] != nil { return true }
        context.problems.error(
            reference.place, "unknown service '\(ValueReader.shortened(reference.name))' \(location)",
            suggestion: Spelling.didYouMean(reference.name, among: places.keys.sorted())
                ?? "the file has no service of this name")
        return false
    }

    // MARK: - Cycles

    /// Depth first, without recursion: a chain may be as long as the file.
    private func findCycles() {
        enum Mark { case open, done }
        let predecessors = services.map { $0.definition.requires + $0.definition.after }
        var marks: [String: Mark] = [:]
        for root in services.map(\.definition.name) where marks[root] == nil {
            var path: [(name: String, next: Int)] = [(root, 0)]
            marks[root] = .open
            while let (name, next) = path.last {
                guard let index = indices[name], next < predecessors[index].count else {
                    marks[name] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let target = predecessors[index][next]
                switch marks[target] {
                case nil:
                    marks[target] = .open
                    path.append((target, 0))
                case .open:
                    let start = path.firstIndex { $0.name == target } ?? 0
                    reportCycle(path[start...].map(\.name), closedBy: services[index], target)
                case .done: break
                }
            }
        }
    }

    private func reportCycle(_ names: [String], closedBy service: ParsedService, _ target: String) {
        let edge = (service.requires + service.after).first {
            $0.name == target || members[$0.name]?.contains(target) == true
        }
        let shown = names.count > 20 ? names.prefix(10) + ["…"] + names.suffix(9) : names[...]
        let cycle = (shown + [target]).joined(separator: " → ")
        context.problems.error(
            edge?.place ?? service.place, "these services wait for each other: \(cycle)",
            suggestion: "remove one of the steps")
    }

    // MARK: - Ports

    private func findPortClashes() {
        var claims: [(range: ClosedRange<Int>, name: String, place: Place)] = []
        for service in services {
            guard let port = service.definition.port, let place = service.portPlace, service.definition.instances > 0
            else { continue }
            claims.append((port...(port + service.definition.instances - 1), service.definition.name, place))
        }
        claims.sort { ($0.range.lowerBound, $0.place) < ($1.range.lowerBound, $1.place) }
        // Sorted by their beginnings, a range can only clash with the one so far that reaches farthest.
        var farthest: (range: ClosedRange<Int>, name: String, place: Place)?
        for claim in claims {
            if let other = farthest, claim.range.lowerBound <= other.range.upperBound {
                let (first, second) = claim.place < other.place ? (claim, other) : (other, claim)
                let clash = max(first.range.lowerBound, second.range.lowerBound)
                context.problems.error(
                    second.place,
                    "port \(clash) of service '\(second.name)' is also a port of '\(first.name)', in "
                        + first.place.description(from: second.place),
                    suggestion: "give one of them another 'port:'")
            }
            if claim.range.upperBound > farthest?.range.upperBound ?? 0 { farthest = claim }
        }
    }
}
