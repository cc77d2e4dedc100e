import Foundation
import Grid
import Testing

@testable import MAPF

/// Footprints against outlines rasterised point by point, which share none of their geometry.
struct FootprintTests {
  private let cell = 1000.0

  private func carrier() -> Footprint {
    Footprint(
      lengthMillimetres: 15_000, widthMillimetres: 3000, errorMillimetres: 150,
      cellMillimetres: 1000)
  }

  /// The cells in which a point of the outline lies that stands `x`, `y` off the cell's centre and
  /// looks `degrees` clockwise from north.
  private func raster(
    length: Double, width: Double, x: Double, y: Double, degrees: Double
  ) -> Set<Footprint.Offset> {
    let angle = degrees * Double.pi / 180
    let (sine, cosine) = (sin(angle), cos(angle))
    var found: Set<Footprint.Offset> = []
    for along in stride(from: -length / 2, through: length / 2, by: 100) {
      for across in stride(from: -width / 2, through: width / 2, by: 100) {
        let east = x + along * sine + across * cosine
        let south = y - along * cosine + across * sine
        found.insert(
          Footprint.Offset(
            dx: Int32((east / cell + 0.5).rounded(.down)),
            dy: Int32((south / cell + 0.5).rounded(.down))))
      }
    }
    return found
  }

  private let degrees: [Direction: Double] = [.north: 0, .east: 90, .south: 180, .west: 270]

  @Test func restsOnSeventeenByFiveCells() {
    let east = carrier().resting(.east)
    #expect(east.count == 17 * 5)
    #expect(east.allSatisfy { abs($0.dx) <= 8 && abs($0.dy) <= 2 })
    let north = Set(carrier().resting(.north))
    #expect(north == Set(east.map { Footprint.Offset(dx: $0.dy, dy: $0.dx) }))
  }

  @Test func restCoversEveryTrueOutlineWithinItsError() {
    let footprint = carrier()
    for direction in Direction.allCases {
      let rest = Set(footprint.resting(direction))
      for (x, y) in [(0.0, 0.0), (149, 149), (-149, 100), (120, -149)] {
        let truth = raster(
          length: 15_000, width: 3000, x: x, y: y, degrees: degrees[direction] ?? 0)
        #expect(truth.isSubset(of: rest), "\(direction) at \(x), \(y)")
      }
    }
  }

  @Test func drivingCoversEveryPlaceOnTheWay() {
    let footprint = carrier()
    for direction in Direction.allCases {
      let swept = Set(footprint.driving(direction))
      for step in 0...20 {
        let way = Double(step) * 50
        let truth = raster(
          length: 15_200, width: 3200, x: way * Double(direction.dx),
          y: way * Double(direction.dy), degrees: degrees[direction] ?? 0)
        #expect(truth.isSubset(of: swept), "\(direction) after \(way) mm")
      }
      #expect(swept.count == 18 * 5)
    }
  }

  @Test func turningCoversEveryAngleBetween() {
    let footprint = carrier()
    for from in Direction.allCases {
      for to in Direction.allCases where from != to && from != to.opposite {
        let swept = Set(footprint.turning(from: from, to: to))
        let start = degrees[from] ?? 0
        var turn = (degrees[to] ?? 0) - start
        if turn > 180 { turn -= 360 }
        if turn < -180 { turn += 360 }
        #expect(abs(turn) == 90)
        for part in 0...180 {
          let truth = raster(
            length: 15_200, width: 3200, x: 0, y: 0, degrees: start + turn * Double(part) / 180)
          #expect(truth.isSubset(of: swept), "\(from) to \(to) at \(part)")
        }
        // Not the whole circle: the quarters that it does not sweep are left to others.
        #expect(swept.count < footprint.disc.count)
      }
    }
  }

  @Test func fitsItsCellOnlyByItsDiagonal() {
    let fits = { (length: Int32, width: Int32) in
      Footprint.fitsCell(
        lengthMillimetres: length, widthMillimetres: width, errorMillimetres: 80,
        cellMillimetres: 1000)
    }
    #expect(fits(600, 550))
    #expect(!fits(800, 400))
  }

  // MARK: Poses

  private func graph(_ rows: [String]) throws -> Graph {
    let text = "type octile\nheight \(rows.count)\nwidth \(rows[0].count)\nmap\n"
    return Graph(try GridMap(parsing: text + rows.joined(separator: "\n") + "\n"))
  }

  /// Three cells long and one wide.
  private func bar() -> Footprint {
    Footprint(
      lengthMillimetres: 2600, widthMillimetres: 800, errorMillimetres: 50, cellMillimetres: 1000)
  }

  @Test func turnsOnlyWhereItSweepsNoWall() throws {
    let graph = try graph([
      "@@@@@.@",
      "@@@@@.@",
      "......@",
      "@@@@@@@",
    ])
    let poses = PoseGraph(graph: graph, footprint: bar())
    let corner = try #require(graph.vertex(at: Cell(x: 5, y: 2))).rawValue
    let before = try #require(graph.vertex(at: Cell(x: 4, y: 2))).rawValue
    #expect(poses.end(of: .forward, from: PoseGraph.pose(before - 1, .east)) != nil)
    #expect(!poses.canRest(on: corner))
    #expect(poses.end(of: .left, from: PoseGraph.pose(before, .east)) == nil)
  }

  @Test func findsItsWayRoundACornerWithRoom() throws {
    let graph = try graph([
      "@...@",
      "@...@",
      ".....",
      ".....",
      ".....",
    ])
    let poses = PoseGraph(graph: graph, footprint: bar())
    var distances = PoseDistances(poses, turnCost: 3)
    let start = try #require(graph.vertex(at: Cell(x: 1, y: 3))).rawValue
    let goal = try #require(graph.vertex(at: Cell(x: 2, y: 1))).rawValue
    let table = distances.table(goal: goal)
    // One east, a turn, two north.
    #expect(table[Int(PoseGraph.pose(start, .east))] == 1 + 3 + 2)
    let turn = try #require(
      poses.end(of: .left, from: PoseGraph.pose(start + 1, .east)))
    #expect(PoseGraph.heading(turn) == .north)
    let swept = Set(poses.swept(by: .left, from: PoseGraph.pose(start + 1, .east)))
    #expect(swept.isSuperset(of: poses.rest(PoseGraph.pose(start + 1, .east))))
    #expect(swept.isSuperset(of: poses.rest(turn)))
    #expect(
      distances.table(goal: goal, walls: [start + 1])[Int(PoseGraph.pose(start, .east))]
        == PoseDistances.unreachable)
  }

  @Test func avoidsWallsWhereverTheyAre() throws {
    let graph = try graph([String](repeating: "............", count: 12))
    let poses = PoseGraph(graph: graph, footprint: bar())
    var distances = PoseDistances(poses, turnCost: 3)
    let goal = try #require(graph.vertex(at: Cell(x: 10, y: 6))).rawValue
    for wall in stride(from: Int32(0), to: 144, by: 5) {
      let table = distances.table(goal: goal, walls: [wall])
      // What is left of the shortest way never leads over it.
      for pose in 0..<Int32(poses.poseCount)
      where table[Int(pose)] != PoseDistances.unreachable && table[Int(pose)] > 0 {
        let isThere = PoseMove.allCases.contains { move in
          guard let end = poses.end(of: move, from: pose) else { return false }
          let cost = distances.cost(of: move, from: pose, to: end)
          return Int(table[Int(end)]) + cost == Int(table[Int(pose)])
            && !poses.swept(by: move, from: pose).contains(wall)
        }
        #expect(isThere, "wall \(wall), pose \(pose)")
      }
    }
  }

  @Test func crossesNoStopCellsAsAWhole() throws {
    let graph = try graph(["............"])
    let poses = PoseGraph(
      graph: graph, footprint: bar(), noStop: { (5...6).contains($0.rawValue) })
    let end = try #require(poses.end(of: .forward, from: PoseGraph.pose(3, .east)))
    #expect(PoseGraph.vertex(end) == 8)
    #expect(poses.path(of: .forward, from: PoseGraph.pose(3, .east)) == [4, 5, 6, 7, 8])
  }
}
