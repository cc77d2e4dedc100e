extension LifelongPlanner {
  /// The moves of a step, each after those of the agents in its way.
  func leadersFirst(
    _ agents: [PlanningAgent], _ kernel: OperationKernel<MoveGround>,
    into planned: inout [PlannedMove]
  ) {
    let emitted: Int32 = 1
    planned.removeAll(keepingCapacity: true)
    planned.reserveCapacity(agents.count)
    for a in agents.indices { kernel.work[a] = 0 }
    for first in agents.indices where kernel.firstMove(first) >= 0 && kernel.work[first] != emitted
    {
      var depth = 0
      var x = first
      while true {
        kernel.chain[depth] = Int32(x)
        kernel.work[x] = emitted
        let leader = kernel.row(kernel.firstEnd(x))[0]
        guard leader != OperationWorkspace.noAgent, kernel.firstMove(Int(leader)) >= 0,
          kernel.work[Int(leader)] != emitted
        else { break }
        depth += 1
        x = Int(leader)
      }
      while depth >= 0 {
        let a = Int(kernel.chain[depth])
        planned.append(
          PlannedMove(
            agent: Int32(a), move: kernel.firstMove(a) - firstMoves[Int(agents[a].graph)],
            from: kernel.at[a], to: kernel.firstEnd(a)))
        depth -= 1
      }
    }
  }
}
