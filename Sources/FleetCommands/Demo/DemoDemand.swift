import Determinism
import FleetModel
import Site

/// Makes up work for a site: the same seed gives the same tasks.
struct DemoDemand {
  private let stations: [StationID]
  /// The shortest tour first.
  private let routes: [RouteID]
  private let areas: [AreaID]
  private var chance: SeededGenerator
  private var made: UInt64 = 0
  /// Part of every key, so that two demonstrations on one store do not share keys.
  private let run: String

  init(site: Site, seed: Seed, run: String) {
    stations = site.stations.map(\.id)
    routes = site.routes.sorted { Self.length($0, site) < Self.length($1, site) }.map(\.id)
    areas = site.areas.map(\.id)
    chance = seed.derive("demand").generator()
    self.run = run
  }

  /// Cells from checkpoint to checkpoint, as the crow walks.
  private static func length(_ route: PatrolRoute, _ site: Site) -> Int32 {
    let cells = route.checkpoints.map { site.graph.cell(of: $0) }
    return zip(cells, cells.dropFirst()).reduce(0) {
      $0 + abs($1.0.x - $1.1.x) + abs($1.0.y - $1.1.y)
    }
  }

  /// Kinds of work that the site has.
  var kinds: [TaskKind] {
    TaskKind.allCases.filter {
      switch $0 {
      case .deliver: stations.count > 1
      case .patrol: !routes.isEmpty
      case .sweep: !areas.isEmpty
      case .goTo: !stations.isEmpty
      }
    }
  }

  mutating func next(_ kind: TaskKind) -> (key: ClientKey, spec: TaskSpec) {
    made += 1
    do {
      let key = try ClientKey("demo-\(run)-\(made)")
      return (key, TaskSpec(body: body(kind), priority: 4, robot: nil))
    } catch {
      preconditionFailure("task \(made) of run \(run): \(error)")
    }
  }

  private mutating func body(_ kind: TaskKind) -> TaskBody {
    switch kind {
    case .deliver:
      let from = chance.next(below: stations.count)
      let to = (from + 1 + chance.next(below: stations.count - 1)) % stations.count
      return .deliver(
        Delivery(
          pickup: stations[from], drop: stations[to], loadMilliseconds: 8000,
          unloadMilliseconds: 8000, releaseCode: nil, payloadGrams: 1000))
    case .patrol:
      // Rather short tours: people look for minutes, not hours.
      let route = min(chance.next(below: routes.count), chance.next(below: routes.count))
      return .patrol(Patrol(route: routes[route], extent: .rounds(1)))
    case .sweep: return .sweep(Sweep(area: areas[chance.next(below: areas.count)]))
    case .goTo:
      return .goTo(GoTo(target: .station(stations[chance.next(below: stations.count)])))
    }
  }
}
