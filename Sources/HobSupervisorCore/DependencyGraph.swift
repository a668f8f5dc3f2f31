package import HobProtocol

/// Who waits for whom; made once per applied set, after which every edge is known to lead somewhere and none in a circle.
package struct DependencyGraph: Hashable, Sendable {
    /// The services each service waits for.
    package let predecessors: [String: [String]]
    /// The services that wait for each service.
    package let dependents: [String: [String]]
    /// All services, each after those it waits for; file order where it does not matter.
    package let startOrder: [String]

    /// Checks the edges of a set of definitions.
    ///
    /// Throws a `badConfiguration` failure that names a service defined twice, an edge to nothing, or a circle.
    package init(of services: [ServiceDefinition]) throws(Failure) {
        var predecessors: [String: [String]] = [:]
        var dependents: [String: [String]] = [:]
        for service in services {
            guard predecessors[service.name] == nil else {
                throw Failure(.badConfiguration, "there are two services named '\(service.name)'")
            }
            predecessors[service.name] = service.predecessors
        }
        for service in services {
            for name in service.predecessors {
                guard predecessors[name] != nil else {
                    throw Failure(
                        .badConfiguration, "service '\(service.name)' waits for '\(name)', which does not exist")
                }
                dependents[name, default: []].append(service.name)
            }
        }
        self.predecessors = predecessors
        self.dependents = dependents
        do throws(Cycle) {
            startOrder = try Self.order(services.map(\.name), predecessors)
        } catch {
            throw Failure(
                .badConfiguration,
                "these services wait for each other in a circle: " + error.path.joined(separator: " → "))
        }
    }

    /// The circle that `predecessors` contain, as `a → b → a`; nil when there is none.
    package static func cycle(in names: [String], _ predecessors: [String: [String]]) -> [String]? {
        do throws(Cycle) {
            _ = try order(names, predecessors)
            return nil
        } catch {
            return error.path
        }
    }

    private struct Cycle: Error {
        var path: [String]
    }

    /// Depth first with its own stack: a chain of ten thousand services is no deeper than one.
    private static func order(_ names: [String], _ predecessors: [String: [String]]) throws(Cycle) -> [String] {
        var order: [String] = []
        order.reserveCapacity(names.count)
        var finished: Set<String> = []
        for root in names where !finished.contains(root) {
            var path: [(name: String, next: Int)] = [(root, 0)]
            var onPath: Set<String> = [root]
            while let (name, next) = path.last {
                let edges = predecessors[name] ?? []
                guard next < edges.count else {
                    path.removeLast()
                    onPath.remove(name)
                    if finished.insert(name).inserted { order.append(name) }
                    continue
                }
                path[path.count - 1].next += 1
                let edge = edges[next]
                if onPath.contains(edge) {
                    let start = path.firstIndex { $0.name == edge } ?? 0
                    throw Cycle(path: path[start...].map(\.name) + [edge])
                }
                if !finished.contains(edge) {
                    path.append((edge, 0))
                    onPath.insert(edge)
                }
            }
        }
        return order
    }
}
