/// One visit of one robot: its `leg`-th leg. Never just a robot: on a path A-B-A a robot's second
/// visit would overtake whoever queued between (738 double occupations in a prototype's run).
struct VisitToken: Sendable, Equatable {
  var robot: Int32
  var leg: UInt64

  /// In place of a leg: the robot is there, or may come to be there, against its route. No leg is
  /// ever numbered so.
  static let astray = UInt64.max
}

/// A first-in first-out queue of visit tokens per resource, all in one pool of linked nodes:
/// 8 bytes a resource and 16 a token, no allocation once the pool has grown.
struct CellQueues: Sendable {
  private struct Node: Sendable {
    var leg: UInt64
    var robot: Int32
    var next: Int32
  }

  /// What taking a token out did.
  enum Removal { case absent, headChanged, behindHead }

  private var heads: [Int32]
  private var tails: [Int32]
  private var nodes: [Node] = []
  private var free: Int32 = -1

  init(resourceCount: Int) {
    heads = [Int32](repeating: -1, count: resourceCount)
    tails = heads
    nodes.reserveCapacity(1024)
  }

  var resourceCount: Int { heads.count }

  @inline(__always)
  func head(of resource: Int32) -> VisitToken? {
    let node = heads[Int(resource)]
    return node < 0 ? nil : self[node]
  }

  @inline(__always)
  func isHead(_ token: VisitToken, of resource: Int32) -> Bool {
    let node = heads[Int(resource)]
    return node >= 0 && nodes[Int(node)].robot == token.robot && nodes[Int(node)].leg == token.leg
  }

  // Walking: `var node = first(of: r); while node >= 0 { self[node]; node = next(after: node) }`.

  @inline(__always)
  func first(of resource: Int32) -> Int32 { heads[Int(resource)] }

  @inline(__always)
  func next(after node: Int32) -> Int32 { nodes[Int(node)].next }

  @inline(__always)
  subscript(node: Int32) -> VisitToken {
    VisitToken(robot: nodes[Int(node)].robot, leg: nodes[Int(node)].leg)
  }

  /// The tokens behind `token` on `resource`, in order; none when `token` is not there.
  func tokens(behind token: VisitToken, on resource: Int32) -> [VisitToken] {
    var found: [VisitToken] = []
    var isBehind = false
    var node = first(of: resource)
    while node >= 0 {
      if isBehind { found.append(self[node]) }
      isBehind = isBehind || self[node] == token
      node = next(after: node)
    }
    return found
  }

  /// All tokens on `resource`, the owner's first.
  func tokens(on resource: Int32) -> [VisitToken] {
    var found: [VisitToken] = []
    var node = first(of: resource)
    while node >= 0 {
      found.append(self[node])
      node = next(after: node)
    }
    return found
  }

  /// Whether nobody has queued behind `token` on `resource`.
  @inline(__always)
  func isTail(_ token: VisitToken, of resource: Int32) -> Bool {
    let node = tails[Int(resource)]
    return node >= 0 && self[node] == token
  }

  /// - Complexity: O(1)
  mutating func push(_ token: VisitToken, on resource: Int32) {
    let node = makeNode(token, next: -1)
    let tail = tails[Int(resource)]
    if tail < 0 {
      heads[Int(resource)] = node
    } else {
      nodes[Int(tail)].next = node
    }
    tails[Int(resource)] = node
  }

  /// Puts a forced claim before all others.
  mutating func pushFront(_ token: VisitToken, on resource: Int32) {
    let head = heads[Int(resource)]
    let node = makeNode(token, next: head)
    heads[Int(resource)] = node
    if head < 0 { tails[Int(resource)] = node }
  }

  /// - Complexity: O(tokens before it); O(1) for the head
  mutating func remove(_ token: VisitToken, from resource: Int32) -> Removal {
    var previous: Int32 = -1
    var node = heads[Int(resource)]
    while node >= 0, self[node] != token {
      previous = node
      node = nodes[Int(node)].next
    }
    guard node >= 0 else { return .absent }
    let next = nodes[Int(node)].next
    if previous < 0 {
      heads[Int(resource)] = next
    } else {
      nodes[Int(previous)].next = next
    }
    if next < 0 { tails[Int(resource)] = previous }
    nodes[Int(node)].next = free
    free = node
    return previous < 0 ? .headChanged : .behindHead
  }

  private mutating func makeNode(_ token: VisitToken, next: Int32) -> Int32 {
    let node = Node(leg: token.leg, robot: token.robot, next: next)
    guard free >= 0 else {
      nodes.append(node)
      return Int32(nodes.count - 1)
    }
    let reused = free
    free = nodes[Int(reused)].next
    nodes[Int(reused)] = node
    return reused
  }
}

// Queue by queue: most resources have none.
extension CellQueues: Codable {
  private enum CodingKeys: CodingKey { case resourceCount, resources, lengths, robots, legs }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(resourceCount: try values.decode(Int.self, forKey: .resourceCount))
    let resources = try values.decode([Int32].self, forKey: .resources)
    let lengths = try values.decode([Int32].self, forKey: .lengths)
    let robots = try values.decode([Int32].self, forKey: .robots)
    let legs = try values.decode([UInt64].self, forKey: .legs)
    guard lengths.count == resources.count, robots.count == legs.count,
      lengths.reduce(0, { $0 + Int($1) }) == robots.count,
      resources.allSatisfy((0..<Int32(resourceCount)).contains)
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .lengths, in: values, debugDescription: "queues that do not fit together")
    }
    var next = 0
    for (resource, length) in zip(resources, lengths) {
      for _ in 0..<max(0, length) {
        push(VisitToken(robot: robots[next], leg: legs[next]), on: resource)
        next += 1
      }
    }
  }

  func encode(to encoder: any Encoder) throws {
    var (resources, lengths, robots): ([Int32], [Int32], [Int32]) = ([], [], [])
    var legs: [UInt64] = []
    for resource in heads.indices where heads[resource] >= 0 {
      let tokens = tokens(on: Int32(resource))
      resources.append(Int32(resource))
      lengths.append(Int32(tokens.count))
      for token in tokens {
        robots.append(token.robot)
        legs.append(token.leg)
      }
    }
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(resourceCount, forKey: .resourceCount)
    try values.encode(resources, forKey: .resources)
    try values.encode(lengths, forKey: .lengths)
    try values.encode(robots, forKey: .robots)
    try values.encode(legs, forKey: .legs)
  }
}
