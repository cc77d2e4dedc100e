import Determinism
import Grid

/// Learns a guidance and, at the same time, the law to learn it by.
///
/// Several trainers with laws of their own play in turn. After every generation the worse half is
/// replaced by copies of the better half, weights and all, whose laws are changed by chance
/// (population-based training; Jaderberg et al., arXiv 1711.09846, here with the law of learning as
/// what is inherited). No law suits all maps, models and crowds; the rounds are spent near those
/// that do. The result is a function of graph, settings and seed.
public struct GuidanceSearch: Sendable {
  /// Rounds each trainer plays in a generation.
  public static let roundsPerGeneration = 4
  /// No factor of a law gets higher, in easy moves.
  static let highestFactor = 32.0

  struct Contender: Sendable {
    var trainer: GuidanceTrainer
    /// Goals a step in this generation, summed over its rounds.
    var score = 0.0
  }

  private(set) var contenders: [Contender]
  private var leader: GuidanceTrainer
  private var rng: SeededGenerator
  /// Rounds played, all trainers together.
  public private(set) var round = 0

  /// - Precondition: as for `GuidanceTrainer`; `size` at least 2.
  public init(graph: Graph, settings: GuidanceTrainer.Settings, size: Int, seed: Seed) {
    precondition(size >= 2, "\(size) trainers")
    rng = seed.derive("guidance laws").generator()
    leader = GuidanceTrainer(graph: graph, settings: settings, seed: seed)
    contenders = []
    for i in 0..<size {
      var own = settings
      if i > 0 { own.law = Self.changed(settings.law, &rng) }
      contenders.append(
        Contender(trainer: GuidanceTrainer(graph: graph, settings: own, seed: seed)))
    }
  }

  /// The best guidance of the trainer that was best in the last whole generation; before the first
  /// is over, of the trainer with the best round.
  public var guidance: Guidance { leader.guidance }
  /// Goals a step in that guidance's round.
  public var throughput: Double { leader.throughput }
  /// The law of that trainer.
  public var law: GuidanceTrainer.Law { leader.law }

  /// Plays the next trainer's round.
  /// - Returns: goals reached a step in this round.
  /// - Complexity: `settings.steps` planning steps.
  public mutating func playRound() -> Double {
    let i = round % contenders.count
    let perStep = contenders[i].trainer.playRound()
    contenders[i].score += perStep
    round += 1
    let rounds = contenders.count * Self.roundsPerGeneration
    if round % rounds == 0 {
      select()
    } else if round < rounds, contenders[i].trainer.throughput > leader.throughput {
      leader = contenders[i].trainer
    }
    return perStep
  }

  /// Ends a generation.
  private mutating func select() {
    contenders.sort { $0.score > $1.score }
    leader = contenders[0].trainer
    let kept = (contenders.count + 1) / 2
    for i in contenders.indices {
      contenders[i].score = 0
      guard i >= kept else { continue }
      contenders[i].trainer = contenders[i - kept].trainer
      contenders[i].trainer.law = Self.changed(contenders[i].trainer.law, &rng)
    }
  }

  static func changed(
    _ law: GuidanceTrainer.Law, _ rng: inout SeededGenerator
  ) -> GuidanceTrainer.Law {
    var law = law
    law.contraflow = changed(law.contraflow, &rng)
    law.crowding = changed(law.crowding, &rng)
    law.delay = changed(law.delay, &rng)
    law.sharpness = max(1, law.sharpness + rng.next(in: -1...1))
    return law
  }

  /// Times something between 1/2 and 2.
  private static func changed(_ factor: Double, _ rng: inout SeededGenerator) -> Double {
    let by = 1 + rng.nextUnit()
    return min(highestFactor, rng.chance(0.5) ? factor * by : factor / by)
  }
}
