import Determinism
import FleetModel
import Grid
import Site

/// One task's run: what its robot is to drive towards and do, given what it has done.
///
/// The caller plans, releases and listens; a mission decides what comes next:
///
///  1. `assign(vehicle:at:…)`, once a robot has the task.
///  2. `nextErrand`, whenever the robot's plan may grow. Plan towards its target. Tell every cell
///     that is appended with `planned`, every cell that the robot reports with `visited`.
///  3. At the target of an errand that `stops`, with the whole way visited: its action, told with
///     `actionStarted` (when it is sent) and `actionEnded`; without one `arrived`.
///  4. When legs are withdrawn, `replanned` with the cells that remain planned.
///
/// Kept through `Codable` without what follows from the site or the plan: after decoding call
/// `restore(site:)`, then `replanned` with the way that is still promised.
///
/// How to read this folder: `Errand.swift` is the vocabulary, `MissionRun.swift` the verbs each kind
/// answers in `DeliveryRun`, `PatrolRun`, `SweepRun` and `GoToRun`.
public struct Mission: Sendable {
  /// How it ended.
  public enum End: Sendable, Equatable, Codable {
    case completed
    case failed(FailureCause)
    case cancelled
  }

  public let task: TaskID
  public let spec: TaskSpec
  /// nil: not ended yet.
  public internal(set) var end: End?
  var run: any MissionRun

  /// - Precondition: `check(spec, …)` has passed for this site.
  public init(task: TaskID, spec: TaskSpec, site: Site) {
    guard let run = Self.makeRun(spec, site: site) else {
      preconditionFailure("task \(task) was not checked: \(spec.body)")
    }
    self.task = task
    self.spec = spec
    self.run = run
  }

  init(task: TaskID, spec: TaskSpec, end: End?, run: any MissionRun) {
    self.task = task
    self.spec = spec
    self.end = end
    self.run = run
  }

  private static func makeRun(_ spec: TaskSpec, site: Site) -> (any MissionRun)? {
    switch spec.body {
    case .deliver(let delivery): return DeliveryRun(delivery)
    case .patrol(let patrol):
      return site.route(named: patrol.route).map { PatrolRun(patrol, route: $0) }
    case .sweep(let sweep):
      return site.sweepableCells(of: sweep.area).map {
        SweepRun(sweep, cells: $0, graph: site.graph)
      }
    case .goTo(let goTo):
      switch goTo.target {
      case .station(let id): return GoToRun(target: .station(id), name: id.text)
      case .cell(let cell):
        return site.graph.vertex(at: cell).map { GoToRun(target: .cell($0), name: "\(cell)") }
      }
    }
  }

  // MARK: Robots

  /// A robot of this class standing at `cell` has the task now.
  public mutating func assign(
    vehicle: VehicleClass, at cell: VertexID, site: Site, now: Instant
  ) -> [MissionEffect] {
    guard end == nil else { return [] }
    if var sweep = run as? SweepRun {
      sweep.assign(
        sweepWidthMillimetres: vehicle.sweepWidthMillimetres,
        cellMillimetres: site.cellMillimetres)
      run = sweep
    }
    run.planned(cell, now: now)
    return note(run.visited(cell, now: now))
  }

  /// Whether another robot may take over: yes until something is loaded.
  public var canReassign: Bool { end != nil || run.canReassign }

  /// The robot is lost, or hands the task back. What was confirmed or swept stays so.
  /// - Returns: whether another robot may take over; otherwise the caller fails the task.
  public mutating func robotLost() -> Bool {
    guard end == nil, run.canReassign else { return false }
    run.robotLost()
    return true
  }

  // MARK: The way

  /// What to plan towards, given that all up to `plannedEnd` is planned. nil: nothing now (all is
  /// planned, an action runs, cells out of reach are tried again later, or it has ended).
  ///
  /// An errand that `stops` stays the answer until its action was started or `arrived` told: where
  /// `plannedEnd` is its place already, there is nothing to plan. Never plan beyond that place.
  /// - Complexity: O(1) amortised over the cells that are planned.
  public mutating func nextErrand(from plannedEnd: VertexID?, now: Instant) -> Errand? {
    end == nil ? run.nextErrand(from: plannedEnd, now: now) : nil
  }

  /// The planned way was extended through `cell`: every cell of every leg, in order.
  public mutating func planned(_ cell: VertexID, now: Instant) {
    if end == nil { run.planned(cell, now: now) }
  }

  /// The robot has reached `cell`: every cell of its way, in order.
  public mutating func visited(_ cell: VertexID, now: Instant) -> [MissionEffect] {
    end == nil ? note(run.visited(cell, now: now)) : []
  }

  /// Legs were withdrawn: only `remaining`, in order, is still planned and not visited.
  public mutating func replanned(_ remaining: [VertexID]) {
    if end == nil { run.replanned(remaining) }
  }

  /// The errand to `cell` cannot be planned: there is no way now.
  public mutating func unreachable(_ cell: VertexID, now: Instant) -> [MissionEffect] {
    end == nil ? note(run.unreachable(cell, now: now)) : []
  }

  /// The robot stands at the end of an errand that stops and has no action.
  public mutating func arrived(now: Instant) -> [MissionEffect] {
    end == nil ? note(run.arrived(now: now)) : []
  }

  // MARK: Actions

  /// The errand's action was sent. Telling it again, when the robot starts it, does no harm.
  public mutating func actionStarted() { if end == nil { run.actionStarted() } }

  /// The robot has ended the action.
  public mutating func actionEnded(_ result: ActionResult, now: Instant) -> [MissionEffect] {
    end == nil ? note(run.actionEnded(result, now: now)) : []
  }

  /// A human gives the code of a load that waits for it.
  /// - Throws: `.wrongCode`, after five of them for five minutes whatever is given; `.wrongState`.
  public mutating func release(code: String, now: Instant) throws(Refusal) -> [MissionEffect] {
    guard end == nil else { throw Refusal(.wrongState, "task \(task) has ended") }
    return try run.release(code: code, now: now)
  }

  /// The operator wants it no more.
  public mutating func cancel() -> CancelOutcome {
    guard end == nil else { return .now }
    let outcome = run.cancel()
    if outcome == .now { end = .cancelled }
    return outcome
  }

  private mutating func note(_ effects: [MissionEffect]) -> [MissionEffect] {
    for effect in effects {
      switch effect {
      case .completed: end = .completed
      case .failed(let cause): end = .failed(cause)
      case .cancelled: end = .cancelled
      case .loaded, .unloaded, .returned, .unlock, .checkpoint, .swept: break
      }
    }
    return effects
  }

  // MARK: Telling

  /// Completed: all that was asked for is done.
  public var isComplete: Bool { end == .completed }
  /// Whether the load is aboard.
  public var isLoaded: Bool { run.isLoaded && end == nil }
  /// Whether somebody must give the release code.
  public var waitsForHuman: Bool { end == nil && run.waitsForHuman }
  /// 0 ... 1000.
  public var progressPermille: Int32 { isComplete ? 1000 : run.progressPermille }

  /// What it is doing, in a few words.
  public var note: String {
    switch end {
    case nil: run.note
    case .completed: "completed"
    case .failed(let cause): "\(cause) (\(run.note))"
    case .cancelled: "cancelled"
    }
  }
}

extension Mission: Equatable {
  public static func == (a: Self, b: Self) -> Bool {
    a.task == b.task && a.spec == b.spec && a.end == b.end && a.run.isEqual(to: b.run)
  }
}

extension Site {
  /// The cells of an area that a sweeper must cover: where nobody may stop it need not go.
  func sweepableCells(of id: AreaID) -> [VertexID]? {
    area(named: id)?.cells.filter { !isNoStop($0) }
  }
}
