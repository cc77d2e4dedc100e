import Determinism

/// When messages arrive, if they do: two hops, to the broker and on from it.
///
/// QoS 0 messages may be lost; QoS 1 messages come at least once: a lost one is sent again later
/// and overtaken meanwhile, and one may come twice. Otherwise messages of one channel (a robot's
/// topic in one direction) keep their order, those of different channels do not, unless the
/// network reorders.
///
/// What becomes of the n-th message of a channel depends on the seed, the channel and n alone: a
/// fault that is taken away moves no draw of another channel.
struct SimulatedNetwork {
  enum QoS { case atMostOnce, atLeastOnce }

  /// A way through the broker.
  struct Passage: Equatable {
    /// When the broker has it.
    var broker: Instant
    /// When the receiver has it.
    var arrival: Instant
  }

  let settings: NetworkSettings
  private let seed: UInt64
  /// Channel -> messages so far.
  private var counts: [UInt64]
  /// Channel -> when its last message arrives.
  private var lastArrival: [Int64]
  /// Messages lost for good.
  private(set) var lost: Int64 = 0

  init(_ settings: NetworkSettings, channels: Int, seed: Seed) {
    self.settings = settings
    self.seed = seed.rawValue
    counts = [UInt64](repeating: 0, count: channels)
    lastArrival = [Int64](repeating: .min, count: channels)
  }

  /// The way of a message that is sent `now`; nil: it is lost. `again`: when it comes a second
  /// time.
  mutating func send(
    channel: Int, _ qos: QoS, now: Instant
  ) -> (first: Passage?, again: Passage?) {
    var random = draws(channel)
    let isLost = settings.loss > 0 && random.chance(settings.loss)
    if isLost && qos == .atMostOnce {
      lost += 1
      return (nil, nil)
    }
    let delay = delay(&random)
    var broker = now.microseconds + delay / 2
    var arrival = now.microseconds + delay
    let redelivery = Int64(settings.redeliveryMilliseconds) * 1000
    if isLost {
      // On the one hop or on the other.
      if random.chance(0.5) { broker += redelivery }
      arrival += redelivery
    } else if settings.reordering > 0, random.chance(settings.reordering) {
      arrival += Int64(random.unit * Double(redelivery))
    } else {
      arrival = max(arrival, lastArrival[channel])
      lastArrival[channel] = arrival
    }
    let first = Passage(
      broker: Instant(microseconds: broker), arrival: Instant(microseconds: arrival))
    guard qos == .atLeastOnce, settings.duplication > 0, random.chance(settings.duplication) else {
      return (first, nil)
    }
    return (
      first, Passage(broker: first.broker, arrival: first.arrival + .microseconds(redelivery))
    )
  }

  /// Begins to fetch what the channels' next messages go by.
  func fetch(channels: Range<Int>) {
    counts.fetch(channels.lowerBound, count: channels.count)
    lastArrival.fetch(channels.lowerBound, count: channels.count)
  }

  private mutating func draws(_ channel: Int) -> Draws {
    counts[channel] += 1
    return Draws(state: seed ^ (UInt64(channel) << 40) ^ counts[channel])
  }

  private func delay(_ random: inout Draws) -> Int64 {
    let jitter = Double(settings.jitterMilliseconds) * 1000
    return Int64(settings.delayMilliseconds) * 1000
      + (jitter > 0 ? Int64(random.unit * jitter) : 0)
  }

  /// SplitMix64 (Steele, Lea, Flood 2014) from a counter.
  private struct Draws {
    var state: UInt64

    var unit: Double {
      mutating get {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z &>> 31
        return Double(z &>> 11) * 0x1p-53
      }
    }

    mutating func chance(_ probability: Double) -> Bool { unit < probability }
  }
}

extension NetworkSettings {
  /// Under chaos: a good network, or one that loses, repeats, delays and reorders.
  func drawn(_ seed: Seed) -> NetworkSettings {
    var random = seed.generator()
    var drawn = self
    if random.chance(0.5) { drawn.jitterMilliseconds = random.next(in: 0...500) }
    if random.chance(0.5) { drawn.loss = random.nextUnit() * 0.1 }
    if random.chance(0.5) { drawn.duplication = random.nextUnit() * 0.1 }
    if random.chance(0.5) { drawn.reordering = random.nextUnit() * 0.1 }
    if random.chance(0.3) { drawn.redeliveryMilliseconds = random.next(in: 100...5000) }
    return drawn
  }
}
