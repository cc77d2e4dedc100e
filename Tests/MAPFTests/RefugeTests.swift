import Grid
import Testing

@testable import MAPF

/// Whether long vehicles can get out of one another's way, on ground that is easily overseen.
struct RefugeTests {
  /// A lane of 12 cells, then a field in which three-cell vehicles can turn.
  private let rows = [
    "@@@@@@@@@@@@.......",
    "@@@@@@@@@@@@.......",
    "@@@@@@@@@@@@.......",
    "...................",
    "@@@@@@@@@@@@.......",
    "@@@@@@@@@@@@.......",
    "@@@@@@@@@@@@.......",
  ]
  private let graph: Graph
  private let poses: PoseGraph

  init() throws {
    let text = "type octile\nheight \(rows.count)\nwidth \(rows[0].count)\nmap\n"
    graph = Graph(try GridMap(parsing: text + rows.joined(separator: "\n") + "\n"))
    poses = PoseGraph(
      graph: graph,
      footprint: Footprint(
        lengthMillimetres: 2600, widthMillimetres: 800, errorMillimetres: 50,
        cellMillimetres: 1000))
  }

  private func vertex(_ x: Int32, _ y: Int32) throws -> Int32 {
    try #require(graph.vertex(at: Cell(x: x, y: y))).rawValue
  }

  private func vehicle(
    _ x: Int32, _ y: Int32, _ heading: Direction
  ) throws -> RefugeSearch.Vehicle {
    let pose = PoseGraph.pose(try vertex(x, y), heading)
    return RefugeSearch.Vehicle(graph: 0, pose: pose, rest: poses.rest(pose))
  }

  private func search(_ refuges: [(x: Int32, y: Int32)]) throws -> RefugeSearch {
    RefugeSearch(graphs: [poses], refuges: [try refuges.map { try vertex($0.x, $0.y) }])
  }

  @Test func twoThatFaceOneAnotherInALaneAreStranded() throws {
    var search = try search([(1, 3), (17, 3), (14, 1)])
    let west = try vehicle(4, 3, .east)
    #expect(search.stranded([west]) == [])
    #expect(search.stranded([west, try vehicle(9, 3, .west)]) == [0, 1])
    // Out of the lane there is room to pass.
    #expect(search.stranded([west, try vehicle(15, 5, .west)]) == [])
  }

  @Test func theOneBehindFollowsTheOneBefore() throws {
    var search = try search([(16, 1), (16, 5)])
    let vehicles = [try vehicle(3, 3, .east), try vehicle(8, 3, .east)]
    #expect(search.stranded(vehicles) == [])
    // Nothing is left over from the question before.
    #expect(search.stranded(vehicles) == [])
  }

  @Test func thereMustBeARefugeForEach() throws {
    var search = try search([(16, 1)])
    let vehicles = [try vehicle(3, 3, .east), try vehicle(8, 3, .east)]
    #expect(search.stranded(vehicles) == [0])
    // Who stands in one needs no other.
    #expect(search.stranded([try vehicle(16, 1, .east), vehicles[1]]) == [1])
  }

  @Test func whatDoesNotMoveIsInTheWay() throws {
    var search = try search([(16, 1)])
    var standing = try vehicle(8, 3, .east)
    standing.pose = nil
    #expect(search.stranded([try vehicle(3, 3, .east), standing]) == [0])
    #expect(search.stranded([try vehicle(3, 3, .east)], walls: [try vertex(10, 3)]) == [0])
    #expect(search.stranded([try vehicle(3, 3, .east)]) == [])
  }

  @Test func drivesAsideToWhereItIsInNobodysWay() throws {
    var search = try search([(16, 3), (16, 1)])
    let truck = try vehicle(13, 3, .east)
    let all: Set<Int32> = [try vertex(16, 3), try vertex(16, 1)]
    func place(_ shunned: Set<Int32>, _ chosen: Set<Int32>) -> Int32? {
      let way = search.refuge(
        for: truck, others: [], walls: [], shunned: shunned, among: chosen)
      for (from, to) in zip(way, way.dropFirst()) {
        #expect(PoseMove.allCases.contains { poses.end(of: $0, from: from) == to })
      }
      return way.last.map(PoseGraph.vertex)
    }
    #expect(place([], all) == (try vertex(16, 3)))
    #expect(place([try vertex(17, 3)], all) == (try vertex(16, 1)))
    #expect(place([try vertex(17, 3)], [try vertex(16, 3)]) == nil)
  }
}
