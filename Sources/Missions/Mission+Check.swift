import Determinism
import FleetModel
import Grid
import Site

extension Mission {
  /// The longest a load, unload or inspection may stand: a day.
  static let standingLimit: Int64 = 86_400_000

  /// Whether a task makes sense at this site, at submission. Whether a robot can do it, and whether
  /// a robot's class reaches its places, is asked elsewhere.
  /// - Throws: the first thing that is wrong, and what to do about it.
  public static func check(_ spec: TaskSpec, site: Site, now: Instant) throws(Refusal) {
    guard (0...9).contains(spec.priority) else {
      throw Refusal(.invalid, "priority \(spec.priority) is out of range", hint: "give 0 to 9")
    }
    switch spec.body {
    case .deliver(let delivery): try check(delivery, site)
    case .patrol(let patrol): try check(patrol, site, now)
    case .sweep(let sweep): try check(sweep, site)
    case .goTo(let goTo): try check(goTo, site)
    }
  }

  private static func check(_ delivery: Delivery, _ site: Site) throws(Refusal) {
    try checkStation(delivery.pickup, "pickup", site)
    try checkStation(delivery.drop, "drop", site)
    guard delivery.pickup != delivery.drop else {
      throw Refusal(
        .invalid, "pickup and drop are both \(delivery.pickup)", hint: "give two stations")
    }
    for (name, time) in [
      ("load", delivery.loadMilliseconds), ("unload", delivery.unloadMilliseconds),
    ] where !(0...standingLimit).contains(time) {
      throw Refusal(
        .invalid, "the \(name) time of \(time) ms is out of range", hint: "give 0 to 86400 s")
    }
    guard delivery.payloadGrams >= 0 else {
      throw Refusal(
        .invalid, "a payload of \(delivery.payloadGrams) g is out of range", hint: "give 0 or more")
    }
    let capacity = site.classes.filter { $0.skills.contains(.deliver) }.map(\.payloadGrams).max()
    guard let capacity else {
      throw Refusal(.noCapableRobot, "no vehicle class of this site delivers")
    }
    guard delivery.payloadGrams <= capacity else {
      throw Refusal(
        .noCapableRobot, "no vehicle class of this site carries \(delivery.payloadGrams) g",
        hint: "the strongest carries \(capacity) g: split the load")
    }
    if let code = delivery.releaseCode, !(1...32).contains(code.utf8.count) {
      throw Refusal(
        .invalid, "a release code of \(code.utf8.count) bytes is out of range",
        hint: "give 1 to 32 bytes, or none for an unattended drop")
    }
  }

  private static func checkStation(
    _ id: StationID, _ role: String, _ site: Site
  ) throws(Refusal) {
    guard site.station(named: id) == nil else { return }
    let hint = NearestName.hint(
      id.text, among: site.stations.map(\.id.text), what: "stations")
    switch site.place(named: id) {
    case .charger:
      throw Refusal(.invalid, "\(role) \(id) is a charger, not a station", hint: hint)
    case .parking:
      throw Refusal(.invalid, "\(role) \(id) is a parking place, not a station", hint: hint)
    case .station, nil:
      throw Refusal(.unknownStation, "there is no station \(id) (\(role))", hint: hint)
    }
  }

  private static func check(_ patrol: Patrol, _ site: Site, _ now: Instant) throws(Refusal) {
    guard let route = site.route(named: patrol.route) else {
      throw Refusal(
        .unknownRoute, "there is no patrol route \(patrol.route)",
        hint: NearestName.hint(
          patrol.route.text, among: site.routes.map(\.id.text), what: "patrol routes"))
    }
    switch patrol.extent {
    case .rounds(let rounds):
      guard (1...100_000).contains(rounds) else {
        throw Refusal(.invalid, "\(rounds) rounds are out of range", hint: "give 1 to 100000")
      }
    case .until(let end):
      guard end > now else {
        throw Refusal(
          .invalid, "the patrol's end has passed already", hint: "give a time in the future")
      }
      let isOneCell = Set(route.checkpoints).count == 1
      guard !isOneCell || route.inspectMilliseconds > 0 else {
        throw Refusal(
          .invalid, "route \(route.id) has one checkpoint and no inspection: rounds take no time",
          hint: "patrol it for a number of rounds")
      }
    }
    if let vertex = route.checkpoints.first(where: { site.isNoStop($0) }) {
      throw Refusal(
        .unreachable, "checkpoint \(site.graph.cell(of: vertex)) lies where nobody may stop",
        hint: "move it out of the no-stop zone in the site file")
    }
  }

  private static func check(_ sweep: Sweep, _ site: Site) throws(Refusal) {
    guard let cells = site.sweepableCells(of: sweep.area) else {
      throw Refusal(
        .unknownArea, "there is no sweep area \(sweep.area)",
        hint: NearestName.hint(
          sweep.area.text, among: site.areas.map(\.id.text), what: "sweep areas"))
    }
    guard !cells.isEmpty else {
      throw Refusal(.unreachable, "area \(sweep.area) lies in no-stop zones altogether")
    }
  }

  private static func check(_ goTo: GoTo, _ site: Site) throws(Refusal) {
    switch goTo.target {
    case .station(let id):
      guard site.place(named: id) == nil else { return }
      let names =
        site.stations.map(\.id.text) + site.chargers.map(\.id.text)
        + site.parking.map(\.id.text)
      throw Refusal(
        .unknownStation, "there is no station, charger or parking place \(id)",
        hint: NearestName.hint(id.text, among: names, what: "places"))
    case .cell(let cell): try check(cell, site)
    }
  }

  private static func check(_ cell: Cell, _ site: Site) throws(Refusal) {
    guard site.map.contains(cell) else {
      throw Refusal(
        .invalid, "cell \(cell) is off the map",
        hint: "give 0 to \(site.map.width - 1), 0 to \(site.map.height - 1)")
    }
    guard let vertex = site.graph.vertex(at: cell) else {
      throw Refusal(.unreachable, "cell \(cell) is blocked", hint: nearestFree(to: cell, site))
    }
    if site.isNoStop(vertex) {
      throw Refusal(
        .unreachable, "nobody may stop on cell \(cell)", hint: nearestFree(to: cell, site))
    }
    if let place = site.place(at: vertex) {
      throw Refusal(
        .invalid, "cell \(cell) belongs to \(place.id)", hint: "send the robot to \(place.id)")
    }
  }

  private static func nearestFree(to cell: Cell, _ site: Site) -> String {
    var best: (cell: Cell, distance: Int32)?
    for (v, other) in site.graph.cells.enumerated() {
      let distance = abs(other.x - cell.x) + abs(other.y - cell.y)
      let vertex = VertexID(Int32(v))
      guard distance < best?.distance ?? .max, !site.isNoStop(vertex),
        site.place(at: vertex) == nil
      else { continue }
      best = (other, distance)
    }
    return best.map { "the nearest cell to stand on is \($0.cell)" } ?? ""
  }
}
