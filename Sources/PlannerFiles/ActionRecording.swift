import MAPF

/// Every agent's actions in a lifelong run, as JSON: `{"turning": …, "steps": …, "actions": […]}` with
/// a string of one letter a step for each agent.
///
/// Without turning: U, D, L, R for a move to the row above, the row below, the column to the left or
/// to the right, W for waiting. With turning: F forward, L and R a quarter turn, W.
public struct ActionRecording: Sendable {
  public let turning: Bool
  public let agentCount: Int
  /// Steps recorded so far.
  public private(set) var steps = 0
  /// `step * agentCount + agent` -> letter.
  private var letters: [UInt8] = []

  /// - Parameter steps: how many are expected.
  public init(turning: Bool, agentCount: Int, steps: Int) {
    self.turning = turning
    self.agentCount = agentCount
    letters.reserveCapacity(min(steps * agentCount, 1 << 26))
  }

  /// Records one step of all agents.
  public mutating func append(_ actions: [GridAction]) {
    precondition(actions.count == agentCount, "\(actions.count) actions of \(agentCount) agents")
    for action in actions { letters.append(Self.letter(action)) }
    steps += 1
  }

  /// - Complexity: O(agents * steps)
  public var bytes: [UInt8] {
    var bytes = Array("{\"turning\":\(turning),\"steps\":\(steps),\"actions\":[".utf8)
    bytes.reserveCapacity(bytes.count + letters.count + 4 * agentCount)
    for a in 0..<agentCount {
      bytes += (a == 0 ? "\n\"" : ",\n\"").utf8
      for step in 0..<steps { bytes.append(letters[step * agentCount + a]) }
      bytes.append(UInt8(ascii: "\""))
    }
    return bytes + "\n]}\n".utf8
  }

  private static func letter(_ action: GridAction) -> UInt8 {
    switch action {
    case .wait: UInt8(ascii: "W")
    case .north: UInt8(ascii: "U")
    case .south: UInt8(ascii: "D")
    case .west, .turnLeft: UInt8(ascii: "L")
    case .east, .turnRight: UInt8(ascii: "R")
    case .forward: UInt8(ascii: "F")
    }
  }
}
