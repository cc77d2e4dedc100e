import CDroverPlanner
import Determinism
import Grid
import MAPF

/// A one-shot problem, and the best plan so far.
final class SolverObject: HandleObject, @unchecked Sendable {
  let instance: GridInstance
  let seed: Seed
  var solver: OneShotSolver
  var plan: GridPlan?

  init(_ instance: GridInstance, seed: Seed, refusesRotations: Bool) {
    self.instance = instance
    self.seed = seed
    solver = OneShotSolver(instance, seed: seed, refusesRotations: refusesRotations)
  }

  /// Searches for a first plan.
  func solve(_ budget: PlanningBudget) throws(InterfaceError) {
    switch solver.solve(budget) {
    case .solved(let found): plan = found
    case .unsolvable: throw InterfaceError(DROVER_UNSOLVABLE, "there is no plan")
    case .budgetExhausted:
      throw InterfaceError(DROVER_BUDGET_EXHAUSTED, "no plan yet; solve again to go on")
    }
  }

  /// Improves the plan there is.
  func improve(_ budget: PlanningBudget) throws(InterfaceError) {
    guard let plan else { throw InterfaceError(DROVER_NOT_READY, "there is no plan yet") }
    var improver = PlanImprover(
      instance, plan: plan, distances: solver.distances, seed: seed)
    improver.improve(budget)
    self.plan = improver.plan
  }
}

@_cdecl("drover_solver_create")
public func droverSolverCreate(
  _ map: OpaquePointer?, _ starts: UnsafePointer<Int32>?, _ goals: UnsafePointer<Int32>?,
  _ agents: Int, _ seed: UInt64, _ refusesRotations: Int32,
  _ solver: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  create("drover_solver_create", from: map, MapObject.self, to: solver, "solver", error) {
    map throws(InterfaceError) in
    guard agents >= 1, agents < 1 << 20 else {
      throw .range("agents", agents, "1...\((1 << 20) - 1)")
    }
    let starts = try places(try required(starts, "starts"), agents, map.graph, "starts")
    let goals = try places(try required(goals, "goals"), agents, map.graph, "goals")
    let instance = GridInstance(graph: map.graph, starts: starts, goals: goals)
    return SolverObject(instance, seed: Seed(seed), refusesRotations: refusesRotations != 0)
  }
}

/// Different vertices, given as cells.
private func places(
  _ cells: UnsafePointer<Int32>, _ count: Int, _ graph: Graph, _ name: String
) throws(InterfaceError) -> [Int32] {
  var found: [Int32] = []
  var holder: [Int32: Int] = [:]
  for i in 0..<count {
    let vertex = try graph.vertex(ofCell: cells[i], "\(name)[\(i)]")
    if let other = holder.updateValue(i, forKey: vertex) {
      throw InterfaceError(
        DROVER_CONFLICT, "\(name)[\(other)] and \(name)[\(i)] are both cell \(cells[i])")
    }
    found.append(vertex)
  }
  return found
}

@_cdecl("drover_solver_solve")
public func droverSolverSolve(
  _ solver: OpaquePointer?, _ budget: UnsafePointer<drover_budget>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_solver_solve", solver, SolverObject.self, error) {
    solver throws(InterfaceError) in
    try solver.solve(try Budgets.one(budget))
  }
}

@_cdecl("drover_solver_improve")
public func droverSolverImprove(
  _ solver: OpaquePointer?, _ budget: UnsafePointer<drover_budget>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_solver_improve", solver, SolverObject.self, error) {
    solver throws(InterfaceError) in
    let budget = try required(budget, "budget")
    try solver.improve(try Budgets.one(budget))
  }
}

@_cdecl("drover_solver_measure")
public func droverSolverMeasure(
  _ solver: OpaquePointer?, _ measures: UnsafeMutablePointer<drover_solver_measures>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_solver_measure", solver, SolverObject.self, error) {
    solver throws(InterfaceError) in
    let target = try required(measures, "measures")
    let size = try checked(structSize: target.pointee.struct_size, "measures")
    let plan = solver.plan
    let bounds = solver.solver.lowerBounds
    let told = drover_solver_measures(
      struct_size: UInt32(size), configurations: UInt32(plan?.length ?? 0),
      sum_of_loss: plan.map { Int64($0.sumOfLoss(goals: solver.instance.goals)) } ?? -1,
      sum_of_loss_bound: Int64(bounds.sumOfLoss), makespan_bound: Int64(bounds.makespan))
    copy(told, to: target, size: size)
  }
}

@_cdecl("drover_solver_plan")
public func droverSolverPlan(
  _ solver: OpaquePointer?, _ cells: UnsafeMutablePointer<Int32>?, _ count: Int,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_solver_plan", solver, SolverObject.self, error) {
    solver throws(InterfaceError) in
    let cells = try required(cells, "cells")
    guard let plan = solver.plan else {
      throw InterfaceError(DROVER_NOT_READY, "there is no plan yet")
    }
    guard count == plan.vertices.count else {
      throw .size("count", expected: plan.vertices.count, found: count)
    }
    for (i, vertex) in plan.vertices.enumerated() {
      cells[i] = solver.instance.graph.cellNumber(of: vertex)
    }
  }
}

@_cdecl("drover_solver_destroy")
public func droverSolverDestroy(
  _ solver: OpaquePointer?, _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  end("drover_solver_destroy", solver, SolverObject.self, error)
}
