import Determinism
import FleetModel
import Grid
import Traffic

// Why is it waiting? A chain of reasons from the question to its last cause, not a log.
extension Fleet {
  /// What a robot does, and why it waits: each line is the cause of the one before. Nil: there is none
  /// of that name.
  /// - Complexity: O(robots)
  public func explanation(of robot: RobotID) -> [String]? { index(of: robot).map(explain) }

  func explain(robot i: Int) -> [String] {
    let robot = robots[i]
    var chain = ["\(robot.id): \(activity(i))"]
    if let task = robot.job.task, let record = tasks.open[task]?.record {
      chain.append("it works on \(task) (\(record.spec.body.kind.rawValue), \(record.state.name))")
    }
    if hindrance(i) != nil {
      chain += nextStep(i)
      return chain
    }
    chain += robot.action.map(waitForAction) ?? []
    if let group = robot.queuedGroup { chain += waitForPlace(i, group) }
    if let late = lateness(i) {
      chain.append("it has stood still with road ahead for \(late.components.seconds) s")
    }
    if let since = robot.pace.slowSince {
      let seconds = (now - since).components.seconds
      let round = robot.pace.isVerySlow ? ", and are planned round it" : ""
      chain.append("it drives slowly since \(seconds) s: others may pass before it\(round)")
    }
    chain += frozen(i)
    if let aside = robot.givesWay {
      chain.append("it waits aside for \(robots[aside.other.index].id), which it was in the way of")
    }
    chain += waitForRoad(i)
    if isStalled(i) {
      let since = (now - robots[i].progress.since).components.seconds
      chain.append(
        "it has not come on for \(since) s: the region round \(robots[holdUp(i)].id) is searched")
    }
    return chain
  }

  /// Why nothing is planned for a robot that could drive.
  private func frozen(_ i: Int) -> [String] {
    let robot = robots[i].index
    guard traffic.isPresent(robot) else { return [] }
    var chain: [String] = []
    if traffic.isContested(robot) {
      let others = traffic.holders(of: traffic.ownedCells(robot), but: robot)
      let names = others.map { "\(robots[$0.index].id) (\(activity($0.index)))" }
      chain.append(
        "it stops: road of its own is held by \(names.joined(separator: ", ")) as well")
    }
    if traffic.awaitsTrim(robot) {
      let since = robots[i].trimAsked.map { " since \((now - $0).components.seconds) s" } ?? ""
      chain.append("it was asked where it can stop; its answer is awaited\(since)")
    }
    return chain
  }

  /// What will happen about a robot that is not driven.
  private func nextStep(_ i: Int) -> [String] {
    let robot = robots[i]
    if robot.isRevoked { return [clearing(i)] }
    if robot.obeyedEpoch > serverEpoch {
      return [
        "it obeys a server with epoch \(robot.obeyedEpoch), and not this one with \(serverEpoch)"
      ]
    }
    if let lease = robot.lease { return explainLease(i, lease) }
    if robot.containment != nil { return astray(i) }
    if robot.foreign?.dropAsked != nil, robot.presence != .present {
      return ["it has a route that it must not drive and was told to drop it", clearing(i)]
    }
    if robot.presence == .unconfirmed {
      return ["it gets new road as soon as it answers the query"]
    }
    if robot.paused { return ["`drover robot resume \(robot.id)` lets it go on"] }
    switch robot.freshness {
    case .lost:
      return [
        "its cells stay blocked until it is heard again",
        clearing(i),
      ]
    case .suspect: return ["after 30 s of silence it counts as lost and others drive round it"]
    case .fresh: return []
    }
  }

  private func clearing(_ i: Int) -> String {
    "if somebody has seen that it is gone: `drover robot clear \(robots[i].id) --confirmed`"
  }

  private func astray(_ i: Int) -> [String] {
    let robot = robots[i]
    let cells = traffic.obstruction(of: robot.index)
    let since = robot.containment.map { (now - $0.since).components.seconds } ?? 0
    var chain = ["contained \(since) s ago: \(cells.count) cells are blocked for it"]
    let near = traffic.holders(of: cells, but: robot.index).map { robots[$0.index].id.text }
    if !near.isEmpty {
      chain.append("there, too, and asked to stop: \(near.joined(separator: ", "))")
    }
    chain.append("it goes on once it has said, standing on the road, where it is")
    chain.append(clearing(i))
    return chain
  }

  private func waitForAction(_ running: RunningAction) -> [String] {
    let since = (now - running.sent).components.seconds
    var text = "it stands for \(running.action.kind), sent \(since) s ago"
    if running.started == nil { text += ", not started yet" }
    if running.isCancelling { text += ", being cancelled" }
    if case .handOver = running.action.kind, !running.isUnlocked {
      let left = (settings.humanPatience - (now - running.sent)).components.seconds
      return [text, "somebody must give the code within \(left) s: `drover task release`"]
    }
    return [text]
  }

  private func waitForPlace(_ i: Int, _ group: Int) -> [String] {
    let place = places.groups[group]
    let holders = place.vertices.compactMap { places.holder(of: $0) ?? endAt[$0] }
    let names = holders.filter { $0.index != i }.map {
      "\(robots[$0.index].id) (\(activity($0.index)))"
    }
    let before = place.queue.prefix { $0.index != i }.map { robots[$0.index].id.text }
    var chain = ["\(place.id) is taken by \(names.joined(separator: ", "))"]
    if !before.isEmpty { chain.append("before it in the queue: \(before.joined(separator: ", "))") }
    return chain
  }

  private func waitForRoad(_ i: Int) -> [String] {
    let robot = robots[i].index
    var chain: [String] = []
    let blockers = traffic.blockers(of: robot)
    if let first = blockers.first {
      let cell =
        first.resource < Int32(site.graph.vertexCount)
        ? "\(site.graph.cell(of: VertexID(first.resource)))" : "a junction"
      chain.append("its next leg waits for \(robots[first.robot.index].id) at \(cell)")
      for next in traffic.waitChain(robot).dropFirst() {
        chain.append("which waits for \(robots[next.index].id) (\(activity(next.index)))")
      }
      if let last = traffic.waitChain(robot).last {
        chain.append("\(robots[last.index].id): \(activity(last.index))")
      }
    } else if robots[i].isCutOff {
      chain.append("there is no way to its station now: see `drover zone list`")
    } else if traffic.isIdle(robot), robots[i].goal >= 0,
      traffic.plannedEnd(robot) != robots[i].goal
    {
      let goal = site.graph.cell(of: VertexID(robots[i].goal))
      chain.append("no way to \(goal) is planned: robots in its way must move first")
    }
    if let carrying = explainCarrying(i) { chain.append(carrying) }
    return chain
  }

  /// nil: no such task.
  func explain(task id: TaskID) -> [String]? {
    guard let record = tasks.record(id) else { return nil }
    let kind = record.spec.body.kind.rawValue
    let shown = told(record)
    switch record.state {
    case .completed, .cancelled, .expired:
      return ["\(id) (\(kind)) is \(record.state.name)"]
    case .failed(let cause):
      return ["\(id) (\(kind)) failed: \(cause)"]
    case .queued:
      return ["\(id) (\(kind)) is queued", "the next dispatch round, within a second, looks at it"]
    case .blocked(let reason):
      return ["\(id) (\(kind)) has no robot yet", text(reason)]
    case .assigned, .dispatched, .underway, .waiting, .paused, .cancelling:
      var chain = ["\(id) (\(kind)) is \(record.state.name): \(shown.note)"]
      if record.state == .paused { chain.append("`drover task resume \(id)` lets it go on") }
      if let i = record.robot.flatMap({ index(of: $0) }) { chain += explain(robot: i) }
      return chain
    }
  }

  private func text(_ reason: BlockReason) -> String {
    switch reason {
    case .noCapableRobot: "no robot of the fleet that is in use can do it"
    case .robotsBusy: "all robots that can do it are busy; it is given to the first that is free"
    case .robotUnavailable: "the robot it is meant for is not in use now"
    case .energy: "the batteries of the free robots do not last for it; they charge first"
    case .closed: "a place of it is in a closed zone: see `drover zone list`"
    case .unreachable: "no free robot can reach its start now: see `drover zone list`"
    }
  }
}
