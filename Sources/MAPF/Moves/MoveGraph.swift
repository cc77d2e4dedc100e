import Grid

/// The resting places and moves of one vehicle class.
///
/// A *move* leads from a cell to the next cell where the vehicle may rest and claims a set of
/// resources while it lasts: the cells of its path with the end, and the mutexes of the junctions
/// on the way. Two moves conflict when their claims meet. Resources are numbered alike for every
/// class of one site: the graph's vertices first, then the mutexes in the order they were given.
///
/// Between adjacent resting cells there is one move of one cell. Across no-stop cells there is one
/// move to each resting cell that can be reached through no-stop cells only, along a shortest path.
/// A cell of a mutex is a no-stop cell, too: whoever rested there would hold the mutex for good.
/// From a no-stop cell itself moves lead out but none leads in, so that a vehicle that was put
/// there can leave. So it is with cells that this class may not use, in a zone that was closed
/// round it: from these, moves also lead to others that are nearer to a cell to rest on, never
/// further in. At most one move joins two cells.
///
/// How to read this target: `Moves` (what may be done), `Distances` (how far it is), `Lifelong` (step
/// after step on move graphs), `Operations` and `Guidance` (the same on the plain grid), `Delays`
/// (actions of several ticks), `OneShot` (whole plans and their improvement), `Verification`
/// (independent checks and figures). docs/planner.md says how and how well.
public struct MoveGraph: Sendable {
  /// The number of the graph's vertices.
  public let vertexCount: Int
  /// Vertices and mutexes together.
  public let resourceCount: Int
  /// Vertex -> its first move; one more entry than vertices.
  public let moveStart: [Int32]
  /// Move -> the vertex in which it ends.
  public let moveEnd: [Int32]
  /// Move -> the number of cells it drives.
  public let moveCost: [UInt16]
  /// Move -> its first claim; one more entry than moves.
  public let claimStart: [Int32]
  /// Per move the path's vertices in driving order with the end, then mutex resources.
  public let claims: [Int32]
  /// Vertex -> its first entry in `mutexes`; one more entry than vertices.
  public let mutexStart: [Int32]
  /// Per vertex the mutex resources it belongs to.
  public let mutexes: [Int32]
  private let resting: [Bool]

  /// The number of moves.
  public var moveCount: Int { moveEnd.count }

  /// Whether both allow the same moves, in the same order.
  func hasSameMoves(as other: MoveGraph) -> Bool {
    moveStart == other.moveStart && moveEnd == other.moveEnd && moveCost == other.moveCost
      && claimStart == other.claimStart && claims == other.claims
  }

  /// Whether a vehicle of this class may rest on `v`.
  public func isResting(_ v: Int32) -> Bool { resting[Int(v)] }

  /// The mutexes of the junctions that `v` lies in.
  public func mutexes(of v: Int32) -> ArraySlice<Int32> {
    mutexes[Int(mutexStart[Int(v)])..<Int(mutexStart[Int(v) + 1])]
  }

  /// The moves that leave `v`.
  public func moves(from v: Int32) -> Range<Int32> { moveStart[Int(v)]..<moveStart[Int(v) + 1] }

  /// The vertices of a move's path in driving order, the start left out, the end included.
  public func path(of move: Int32) -> ArraySlice<Int32> {
    let all = claims(of: move)
    let mutexCount = all.reversed().prefix { $0 >= vertexCount }.count
    return all.dropLast(mutexCount)
  }

  /// All resources of a move: its path, then its mutexes.
  public func claims(of move: Int32) -> ArraySlice<Int32> {
    claims[Int(claimStart[Int(move)])..<Int(claimStart[Int(move) + 1])]
  }

  /// The move from `v` to `w`, nil when there is none.
  public func move(from v: Int32, to w: Int32) -> Int32? {
    moves(from: v).first { moveEnd[Int($0)] == w }
  }

  /// - Parameters:
  ///   - allowed: the cells this class may use at all.
  ///   - noStop: the cells on which nobody may rest (junctions, crossings).
  ///   - mutexes: groups of cells that take one vehicle at a time.
  /// - Complexity: O(cells), and per cell beside a no-stop area the size of that area.
  public init(
    graph: Graph, allowed: (VertexID) -> Bool = { _ in true },
    noStop: (VertexID) -> Bool = { _ in false }, mutexes groups: [[VertexID]] = []
  ) {
    let membership = MutexMembership(groups, vertexCount: graph.vertexCount)
    let vertices = (0..<Int32(graph.vertexCount)).map(VertexID.init)
    let usable = vertices.map(allowed)
    let open = vertices.map { !noStop($0) && membership.of($0.rawValue).isEmpty }
    var builder = MoveGraphBuilder(
      graph: graph, usable: usable, open: open, membership: membership)
    for v in vertices { builder.addMoves(from: v.rawValue) }
    builder.finish()

    vertexCount = graph.vertexCount
    resourceCount = graph.vertexCount + groups.count
    moveStart = builder.moveStart
    moveEnd = builder.moveEnd
    moveCost = builder.moveCost
    claimStart = builder.claimStart
    claims = builder.claims
    mutexStart = membership.start
    mutexes = membership.resources
    resting = zip(usable, open).map { $0 && $1 }
  }
}
