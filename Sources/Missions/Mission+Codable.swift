import Determinism
import FleetModel
import Grid
import Site

extension Mission: Codable {
  private enum CodingKeys: CodingKey { case task, spec, end, run }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let spec = try container.decode(TaskSpec.self, forKey: .spec)
    let run: any MissionRun =
      switch spec.body.kind {
      case .deliver: try container.decode(DeliveryRun.self, forKey: .run)
      case .patrol: try container.decode(PatrolRun.self, forKey: .run)
      case .sweep: try container.decode(SweepRun.self, forKey: .run)
      case .goTo: try container.decode(GoToRun.self, forKey: .run)
      }
    self.init(
      task: try container.decode(TaskID.self, forKey: .task), spec: spec,
      end: try container.decodeIfPresent(End.self, forKey: .end), run: run)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(task, forKey: .task)
    try container.encode(spec, forKey: .spec)
    try container.encodeIfPresent(end, forKey: .end)
    try run.encode(to: container.superEncoder(forKey: .run))
  }

  /// Takes over what the site says of routes and areas. Call once after decoding, before all else.
  /// - Returns: `.failed(.unreachable)` when the site no longer knows a place of the task.
  public mutating func restore(site: Site) -> [MissionEffect] {
    guard end == nil else { return [] }
    guard attach(site) else {
      end = .failed(.unreachable)
      return [.failed(.unreachable)]
    }
    return []
  }

  /// Becomes what it would be once encoded, decoded and restored: what is not kept begins anew.
  /// `replanned` follows, as after decoding.
  /// - Parameter site: the one it runs on.
  public mutating func rebase(site: Site) {
    if let sweep = run as? SweepRun { run = sweep.kept }
    _ = restore(site: site)
  }

  private mutating func attach(_ site: Site) -> Bool {
    switch spec.body {
    case .deliver(let delivery):
      return site.station(named: delivery.pickup) != nil
        && site.station(named: delivery.drop) != nil
    case .patrol(let patrol):
      guard var patrolRun = run as? PatrolRun, let route = site.route(named: patrol.route) else {
        return false
      }
      patrolRun.attach(route)
      run = patrolRun
      return true
    case .sweep(let sweep):
      guard var sweepRun = run as? SweepRun, let cells = site.sweepableCells(of: sweep.area) else {
        return false
      }
      sweepRun.attach(cells: cells, graph: site.graph)
      run = sweepRun
      return !cells.isEmpty
    case .goTo(let goTo):
      switch goTo.target {
      case .station(let id): return site.place(named: id) != nil
      case .cell(let cell):
        guard let vertex = site.graph.vertex(at: cell) else { return false }
        run = GoToRun(target: .cell(vertex), name: "\(cell)")
        return true
      }
    }
  }
}
