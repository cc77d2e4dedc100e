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
/// 12 bytes a resource and 16 a token, no allocation once the pool has grown.
struct CellQueues: Sendable {
  private struct Node: Sendable {
    var leg: UInt64
    var robot: Int32
    var next: Int32
  }

  /// The first and the last node of a queue, -1: it is empty; and whose the first is.
  private struct Ends: Sendable {
    var head: Int32 = -1
    var tail: Int32 = -1
    var owner: Int32 = -1
  }

  /// What taking a token out did.
  enum Removal { case absent, headChanged, behindHead }

  // All that is asked of a queue most often, in one place: there are far more than lie near the processor.
  private var ends: [Ends]
  private var nodes: [Node] = []
  private var free: Int32 = -1

  init(resourceCount: Int) {
    ends = [Ends](repeating: Ends(), count: resourceCount)
    nodes.reserveCapacity(1024)
  }

  var resourceCount: Int { ends.count }
  /// No fewer than there are tokens, and hardly more.
  var tokensAtMost: Int { nodes.count }

  @inline(__always)
  func head(of resource: Int32) -> VisitToken? {
    let node = ends[Int(resource)].head
    return node < 0 ? nil : self[node]
  }

  /// Whose token heads `resource`; nil: nobody's.
  @inline(__always)
  func owner(of resource: Int32) -> Int32? {
    ends[Int(resource)].head < 0 ? nil : ends[Int(resource)].owner
  }

  @inline(__always)
  func isHead(_ token: VisitToken, of resource: Int32) -> Bool {
    guard owner(of: resource) == token.robot else { return false }
    return nodes[Int(ends[Int(resource)].head)].leg == token.leg
  }

  // Walking: `var node = first(of: r); while node >= 0 { self[node]; node = next(after: node) }`.

  @inline(__always)
  func first(of resource: Int32) -> Int32 { ends[Int(resource)].head }

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
    let node = ends[Int(resource)].tail
    return node >= 0 && self[node] == token
  }

  /// - Complexity: O(1)
  mutating func push(_ token: VisitToken, on resource: Int32) {
    let node = makeNode(token, next: -1)
    let tail = ends[Int(resource)].tail
    if tail < 0 {
      ends[Int(resource)].head = node
      ends[Int(resource)].owner = token.robot
    } else {
      nodes[Int(tail)].next = node
    }
    ends[Int(resource)].tail = node
  }

  /// Puts a forced claim before all others.
  mutating func pushFront(_ token: VisitToken, on resource: Int32) {
    let head = ends[Int(resource)].head
    let node = makeNode(token, next: head)
    ends[Int(resource)].head = node
    ends[Int(resource)].owner = token.robot
    if head < 0 { ends[Int(resource)].tail = node }
  }

  /// Puts `token` right behind `other`, or before all others where that is nil.
  /// - Precondition: `other` is there.
  mutating func insert(_ token: VisitToken, behind other: VisitToken?, on resource: Int32) {
    guard let other else { return pushFront(token, on: resource) }
    var node = first(of: resource)
    while node >= 0, self[node] != other { node = next(after: node) }
    precondition(node >= 0, "no token of leg \(other.leg) of \(other.robot) on \(resource)")
    let new = makeNode(token, next: next(after: node))
    nodes[Int(node)].next = new
    if ends[Int(resource)].tail == node { ends[Int(resource)].tail = new }
  }

  /// What `token` is right behind on `resource`; nil: nothing, or it is not there.
  func ahead(of token: VisitToken, on resource: Int32) -> VisitToken? {
    var previous: VisitToken?
    var node = first(of: resource)
    while node >= 0, self[node] != token {
      previous = self[node]
      node = next(after: node)
    }
    return node >= 0 ? previous : nil
  }

  /// - Complexity: O(tokens before it); O(1) for the head
  mutating func remove(_ token: VisitToken, from resource: Int32) -> Removal {
    var previous: Int32 = -1
    var node = first(of: resource)
    while node >= 0, self[node] != token {
      previous = node
      node = nodes[Int(node)].next
    }
    guard node >= 0 else { return .absent }
    let next = nodes[Int(node)].next
    if previous < 0 {
      ends[Int(resource)].head = next
      if next >= 0 { ends[Int(resource)].owner = nodes[Int(next)].robot }
    } else {
      nodes[Int(previous)].next = next
    }
    if next < 0 { ends[Int(resource)].tail = previous }
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
    for resource in ends.indices where ends[resource].head >= 0 {
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
