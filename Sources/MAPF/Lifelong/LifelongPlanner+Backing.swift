// Two agents that must pass each other on a way without a place to pass: operations, which look three
// moves ahead, push one of them to the end of the way and wait there for ever. PIBT with swap sees
// that one must back up (`StepKernel+Swap`). Its step is planned beside, and those who swap in it,
// with all they push, take it as settled.

extension LifelongPlanner {
  /// Steps without progress after which an agent looks for another to swap with.
  private static let pressedAfter: Int32 = 10

  /// Settles the moves of agents that back up for one another.
  /// - Returns: the moves considered.
  mutating func backUp(
    _ agents: [PlanningAgent], _ walls: [Int32], _ kernel: OperationKernel<MoveGround>
  ) -> Int {
    guard agents.indices.contains(where: { isPressed($0, kernel) }) else { return 0 }
    var step = backingWorkspace().kernel(agentCount: agents.count, refusesRotations: true)
    step.random = random
    for (a, agent) in agents.enumerated() {
      guard agent.mobility != .absent else {
        step.leaveOut(a)
        continue
      }
      let isFree = agent.mobility == .free
      step.place(a, at: agent.at, graph: agent.graph, goal: agent.goal, moves: isFree)
      step.table[a] = kernel.tables[a]
    }
    for v in walls { step.reserved[Int(v)] = StepKernel.wall }
    step.rate()
    let placed = kernel.rate(agents: agents.count)
    for k in 0..<placed {
      let a = Int(kernel.order[k])
      if step.next[a] == StepKernel.undecided { _ = step.decide(a) }
    }
    step.clearDemand()
    for a in agents.indices where isSwapping(a, step, kernel) {
      settle(a, step, kernel)
      settle(Int(step.pulled[a]), step, kernel)
    }
    step.clear()
    for v in walls { step.reserved[Int(v)] = StepKernel.none }
    return step.tried
  }

  private mutating func backingWorkspace() -> StepWorkspace {
    let isOwn = isKnownUniquelyReferenced(&backing)
    if isOwn, let backing, backing.capacity >= operationsCapacity { return backing }
    let made = StepWorkspace(moves: moves, capacity: operationsCapacity)
    backing = made
    return made
  }

  private func isPressed(_ a: Int, _ kernel: OperationKernel<MoveGround>) -> Bool {
    kernel.at[a] >= 0 && kernel.tables[a] != nil && memory[a].sinceBest >= Self.pressedAfter
  }

  private func isSwapping(
    _ a: Int, _ step: StepKernel, _ kernel: OperationKernel<MoveGround>
  ) -> Bool {
    guard step.at[a] >= 0, step.nextMove[a] >= 0, step.pulled[a] >= 0 else { return false }
    return isPressed(a, kernel) || isPressed(Int(step.pulled[a]), kernel)
  }

  /// Settles agent `first`'s move, and those of the agents that leave the cells for it.
  private func settle(
    _ first: Int, _ step: StepKernel, _ kernel: OperationKernel<MoveGround>
  ) {
    var a = first
    while kernel.isFree[a] > 0 {
      kernel.settle(a, move: step.nextMove[a], end: step.next[a])
      let other = Int(step.occupant[Int(step.next[a])])
      if step.nextMove[a] < 0 || other < 0 { return }
      a = other
    }
  }
}
