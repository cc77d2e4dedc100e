import Determinism

/// When messages arrive, if they do: the way through a network and a broker, both directions.
///
/// QoS 0 messages may be lost; QoS 1 messages come at least once: a lost one is sent again later
/// and overtaken meanwhile, and one may come twice. Otherwise messages of one channel (a robot's
/// topic in one direction) keep their order, those of different channels do not.
struct SimulatedNetwork {
  enum QoS { case atMostOnce, atLeastOnce }

  private let settings: NetworkSettings
  private var random: SeededGenerator
  /// Channel -> when its last message arrives.
  private var lastArrival: [Int64]
  /// Messages lost for good.
  private(set) var lost: Int64 = 0

  init(_ settings: NetworkSettings, channels: Int, seed: Seed) {
    self.settings = settings
    random = seed.generator()
    lastArrival = [Int64](repeating: .min, count: channels)
  }

  /// The arrival of a message that is sent `now`; nil: it is lost. `again`: when it comes a second
  /// time.
  mutating func send(
    channel: Int, _ qos: QoS, now: Instant
  ) -> (first: Instant?, again: Instant?) {
    let isLost = settings.loss > 0 && random.chance(settings.loss)
    if isLost && qos == .atMostOnce {
      lost += 1
      return (nil, nil)
    }
    var arrival = now.microseconds + delay()
    if isLost {
      arrival += Int64(settings.redeliveryMilliseconds) * 1000
    } else {
      arrival = max(arrival, lastArrival[channel])
      lastArrival[channel] = arrival
    }
    let first = Instant(microseconds: arrival)
    guard qos == .atLeastOnce, settings.duplication > 0, random.chance(settings.duplication) else {
      return (first, nil)
    }
    return (first, first + .milliseconds(settings.redeliveryMilliseconds))
  }

  private mutating func delay() -> Int64 {
    let jitter = settings.jitterMilliseconds * 1000
    return Int64(settings.delayMilliseconds) * 1000
      + (jitter > 0 ? Int64(random.next(in: 0...jitter)) : 0)
  }
}
