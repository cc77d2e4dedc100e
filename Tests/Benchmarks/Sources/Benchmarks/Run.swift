/// One run on a public instance, with what is known of others on it.
struct Run {
  enum Kind {
    /// `drover plan`: until the first plan, or so many seconds of processor time.
    case first
    case anytime(seconds: Int)
    /// `drover bench lifelong`
    case lifelong(steps: Int, milliseconds: Int, turning: Bool, lanes: Bool, refused: Bool)
  }

  /// What a program reached.
  struct Figures {
    /// First plan: milliseconds, and loss by its bound. Lifelong: milliseconds a step, and tasks.
    var milliseconds: Double
    var quality: Double
    /// Lifelong only.
    var p99: Double?
    var memoryMB: Double?
  }

  let name: String
  let kind: Kind
  /// One-shot: the map and the scenario, the latter nil for one drawn with seed 0. Lifelong: the folder
  /// and the number in the name of the agents' file.
  let map: String
  let scenario: String?
  let agents: Int
  /// Whether it belongs to the short selection.
  let isShort: Bool
  /// As recorded, nil: it did not solve it.
  let peer: Figures?
  let peerName: String

  static func first(
    _ map: String, _ scenario: String?, _ agents: Int, short: Bool = true, peer: Figures?
  ) -> Run {
    Run(
      name: "first plan, \(map), \(agents) agents", kind: .first, map: map, scenario: scenario,
      agents: agents, isShort: short, peer: peer, peerName: "LaCAM3 fast")
  }

  static func anytime(_ map: String, quality: Double) -> Run {
    Run(
      name: "10 s anytime, \(map), 1000 agents", kind: .anytime(seconds: 10), map: map,
      scenario: map + "-random-1", agents: 1000, isShort: false,
      peer: Figures(milliseconds: 20_000, quality: quality), peerName: "LaCAM3 20 s")
  }

  static func lifelong(
    _ map: String, _ file: Int, steps: Int, ms: Int, turning: Bool, short: Bool = false,
    refused: Bool = false, peer: Figures, by peerName: String
  ) -> Run {
    Run(
      name: "\(map), \(turning ? "turning" : "no turning"), file \(file), \(ms) ms"
        + (refused ? ", rotations refused" : ""),
      kind: .lifelong(
        steps: steps, milliseconds: ms, turning: turning, lanes: map != "random", refused: refused),
      map: map, scenario: nil, agents: file, isShort: short, peer: peer, peerName: peerName)
  }
}
