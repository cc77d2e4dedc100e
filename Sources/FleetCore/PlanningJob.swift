import Determinism
import FleetDispatch
import FleetModel
import MAPF
import Missions
import Site

/// What a planning round goes by.
struct PlanningJob: Sendable {
  /// A complete search on the region round a robot that comes no nearer to its goal.
  struct Search: Sendable {
    /// nil: round one of those that the planner found stuck.
    var around: Int32?
    /// Which of them: each in turn, for one that cannot be helped must not keep the others waiting.
    var turn: Int
    var budget: Int
  }

  /// Tasks to deal out.
  struct Dispatch: Sendable {
    var dispatcher: any Dispatcher
    var tasks: [OpenTask]
    /// Those of them whose work is to be estimated first.
    var missions: [Unestimated]
    var candidates: [Candidate]
    var site: Site
    var now: Instant
  }

  /// What a task is about of which it is not known how much work it is.
  struct Unestimated: Sendable {
    /// Its place in the list.
    var place: Int
    var mission: Mission
  }

  var agents: [PlanningAgent]
  var walls: [Int32]
  var closed: [Int32]
  var budget: PlanningBudget
  /// What each robot had to do.
  var jobs: [RobotEntry.Job] = []
  var search: Search?
  var dispatch: Dispatch?

  func moves(by planner: inout LifelongPlanner) -> [PlannedMove] {
    planner.step(agents, walls: walls, closed: closed, budget: budget)
  }

  /// All that is asked for, as if the moves were appended at once.
  func result(by planner: inout LifelongPlanner) -> PlanningResult {
    let moves = self.moves(by: &planner)
    let found = search.flatMap { search in
      var agents = self.agents
      for move in moves { agents[Int(move.agent)].at = move.to }
      return search.found(by: &planner, agents, walls: walls)
    }
    return PlanningResult(
      moves: moves, found: found, dealt: dispatch?.deal(by: &planner))
  }

  /// Fills distance tables that `result` may ask for, the last ones first, until they are no longer
  /// wanted. For a planner that shares its tables with the one that computes the result.
  func fillTables(of planner: inout LifelongPlanner, until isOver: () -> Bool) {
    guard !planner.followsWays else { return }
    for agent in agents.reversed() where agent.mobility == .free && agent.goal >= 0 {
      if isOver() { return }
      planner.fillTable(graph: agent.graph, goal: agent.goal)
    }
    dispatch?.fillTables(of: &planner, until: isOver)
  }
}

extension PlanningJob.Search {
  /// - Parameters:
  ///   - agents: where they are when all moves so far are appended.
  /// - Returns: nil: there is nobody to search for.
  func found(
    by planner: inout LifelongPlanner, _ agents: [PlanningAgent], walls: [Int32]
  ) -> PlanningResult.Found? {
    let stuck = planner.stuckAgents.filter { agents[Int($0)].mobility == .free }
    guard let chosen = around ?? (stuck.isEmpty ? nil : stuck[turn % stuck.count]) else {
      return nil
    }
    let outcome = planner.solveRegion(around: chosen, agents: agents, walls: walls, budget: budget)
    var moves: [PlannedMove]?
    if case .solved(let steps) = outcome { moves = steps.flatMap { $0 } }
    return PlanningResult.Found(tookTurn: around == nil, moves: moves)
  }
}

extension PlanningJob.Dispatch {
  fileprivate func fillTables(of planner: inout LifelongPlanner, until isOver: () -> Bool) {
    for unknown in missions.reversed() {
      if isOver() { return }
      var asked: Int32?
      let estimate = unknown.mission.estimate(site: site) { graph, from, to in
        asked = graph
        return planner.distance(graph: graph, from: from, to: to).map(Int32.init)
      }
      // Whoever takes it comes there first.
      guard let asked, let start = estimate?.starts.first else { continue }
      planner.fillTable(graph: asked, goal: start.rawValue)
    }
  }

  fileprivate func deal(by planner: inout LifelongPlanner) -> PlanningResult.Dealt {
    func distance(_ graph: Int32, _ from: Int32, _ to: Int32) -> Int32? {
      planner.distance(graph: graph, from: from, to: to).map(Int32.init)
    }
    var tasks = self.tasks
    var estimates: [(task: TaskID, estimate: WorkEstimate?)] = []
    for unknown in missions {
      let estimate = unknown.mission.estimate(site: site, distance: distance)
      estimates.append((tasks[unknown.place].id, estimate))
      if let estimate { tasks[unknown.place].take(estimate) }
    }
    // One that cannot be reached is nobody's.
    let lost = Set(estimates.filter { $0.estimate == nil }.map(\.task))
    tasks.removeAll { lost.contains($0.id) }
    var dispatcher = self.dispatcher
    let outcome = dispatcher.assign(tasks, to: candidates, now: now) {
      distance(Int32($0), $1, $2)
    }
    return PlanningResult.Dealt(dispatcher: dispatcher, outcome: outcome, estimates: estimates)
  }
}

/// What has come of a planning round.
struct PlanningResult: Sendable {
  /// What a search on a region has come to.
  struct Found: Sendable {
    /// It was round one of those that are stuck, whose turn it was.
    var tookTurn: Bool
    /// One after the other; nil: there is no way out, or none was found.
    var moves: [PlannedMove]?
  }

  /// What has come of dealing out tasks.
  struct Dealt: Sendable {
    var dispatcher: any Dispatcher
    var outcome: DispatchOutcome
    /// nil: some part of the task cannot be reached.
    var estimates: [(task: TaskID, estimate: WorkEstimate?)]
  }

  var moves: [PlannedMove]
  /// nil: nobody was searched for.
  var found: Found?
  /// nil: it was not the time to deal out tasks.
  var dealt: Dealt?
}
