extension GridPlan {
  /// The transitions in which an agent does not rest on its goal at both ends, over all agents: the
  /// cost that LaCAM* minimises (Okumura, "Improving LaCAM for Scalable Eventually Optimal
  /// Multi-Agent Pathfinding", IJCAI 2023).
  /// - Complexity: O(agents * length)
  public func sumOfLoss(goals: [Int32]) -> Int {
    precondition(goals.count == agentCount, "\(goals.count) goals, \(agentCount) agents")
    var sum = 0
    for step in 0..<makespan {
      let row = step * agentCount
      for a in 0..<agentCount {
        let rests = vertices[row + a] == goals[a] && vertices[row + agentCount + a] == goals[a]
        sum += rests ? 0 : 1
      }
    }
    return sum
  }

  /// The steps at which the agents reach their goals for the last time, summed.
  /// - Precondition: every agent ends on its goal.
  /// - Complexity: O(agents * length)
  public func sumOfCosts(goals: [Int32]) -> Int {
    precondition(goals.count == agentCount, "\(goals.count) goals, \(agentCount) agents")
    var sum = 0
    for a in 0..<agentCount {
      var last = makespan
      precondition(vertices[last * agentCount + a] == goals[a], "agent \(a) ends elsewhere")
      while last > 0, vertices[(last - 1) * agentCount + a] == goals[a] { last -= 1 }
      sum += last
    }
    return sum
  }
}
