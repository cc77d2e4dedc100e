/// A leg in the queues, with its place in the one global order of appends.
struct QueuedLeg: Sendable, Codable {
  var plan: PlannedLeg
  var appended: UInt64
}

/// A robot's consecutive legs `first ... last` in a ring that grows by doubling and never shrinks.
struct LegRing: Sendable {
  private static let vacant = QueuedLeg(
    plan: PlannedLeg(path: [], claims: [], speedLimit: 0), appended: 0)

  private var slots: [QueuedLeg] = []
  private var start = 0
  private(set) var count = 0
  /// The number of the first leg.
  private(set) var first: UInt64 = 0
  /// Where the first and the last leg come to rest: asked for far more often than changed.
  private(set) var firstEnd: Int32 = -1
  private(set) var lastEnd: Int32 = -1

  /// The number of the last leg. Only of a ring that is not empty.
  @inline(__always)
  var last: UInt64 { first + UInt64(count) - 1 }

  @inline(__always)
  subscript(number: UInt64) -> QueuedLeg { slots[slot(number)] }

  /// Where leg `number` comes to rest. Looked up in place, without a copy of the leg.
  func end(of number: UInt64) -> Int32 {
    let index = slot(number)
    return slots[index].plan.path[slots[index].plan.path.count - 1]
  }

  /// Forgets all legs; the next appended one gets `number`.
  mutating func restart(at number: UInt64) {
    while count > 0 { removeLast() }
    first = number
    start = 0
  }

  mutating func append(_ leg: QueuedLeg) {
    if count == slots.count { grow() }
    lastEnd = leg.plan.end
    if count == 0 { firstEnd = lastEnd }
    slots[(start + count) & (slots.count - 1)] = leg
    count += 1
  }

  mutating func removeFirst() {
    slots[start] = Self.vacant
    start = (start + 1) & (slots.count - 1)
    count -= 1
    first += 1
    if count > 0 { firstEnd = end(of: first) }
  }

  mutating func removeLast() {
    count -= 1
    slots[(start + count) & (slots.count - 1)] = Self.vacant
    if count > 0 { lastEnd = end(of: last) }
  }

  @inline(__always)
  private func slot(_ number: UInt64) -> Int {
    precondition(
      number >= first && number - first < UInt64(count),
      "leg \(number) of \(count) from \(first)")
    return (start + Int(number - first)) & (slots.count - 1)
  }

  private mutating func grow() {
    var larger = [QueuedLeg](repeating: Self.vacant, count: max(16, 2 * slots.count))
    for offset in 0..<count { larger[offset] = slots[(start + offset) & (slots.count - 1)] }
    slots = larger
    start = 0
  }
}

// The legs alone: where they lie in the ring is nobody's business.
extension LegRing: Codable {
  private enum CodingKeys: CodingKey { case first, legs }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    restart(at: try values.decode(UInt64.self, forKey: .first))
    for leg in try values.decode([QueuedLeg].self, forKey: .legs) { append(leg) }
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(first, forKey: .first)
    let legs = (0..<count).map { self[first + UInt64($0)] }
    try values.encode(legs, forKey: .legs)
  }
}
