import Grid
import Testing

@testable import MAPF

@Suite struct MoveGraphTests {
  @Test func aPlainGridHasOneMovePerEdge() {
    let moves = Drawing("...\n.#.\n...").moves()
    #expect(moves.moveCount == 16)
    #expect(moves.moveCost.allSatisfy { $0 == 1 })
    #expect((0..<16).allSatisfy { moves.claims(of: $0).elementsEqual([moves.moveEnd[Int($0)]]) })
    #expect(moves.resourceCount == 8)
  }

  @Test func oneMoveCrossesANoStopAreaToEachExit() {
    let drawing = Drawing("##n#\nwxxe\n##s#")
    let moves = drawing.moves()
    let west = drawing["w"]
    let ends = moves.moves(from: west).map { moves.moveEnd[Int($0)] }
    #expect(Set(ends) == [drawing["n"], drawing["e"], drawing["s"]])
    let east = moves.move(from: west, to: drawing["e"])
    #expect(east.map { moves.moveCost[Int($0)] } == 3)
    #expect(east.map { Array(moves.path(of: $0)) } == [west + 1, west + 2, drawing["e"]])
    #expect(!moves.isResting(west + 1))
  }

  @Test func aMutexFollowsThePathInTheClaimsAndForbidsResting() {
    let drawing = Drawing("w.xe")
    let cell = VertexID(drawing["x"])
    let moves = MoveGraph(graph: drawing.graph, mutexes: [[cell, cell], [cell]])
    let cross = moves.move(from: drawing["w"] + 1, to: drawing["e"])
    #expect(cross.map { Array(moves.claims(of: $0)) } == [2, 3, 4, 5])
    #expect(cross.map { Array(moves.path(of: $0)) } == [2, 3])
    #expect(!moves.isResting(cell.rawValue))
    #expect(moves.resourceCount == 6)
  }

  @Test func lanesAndClassesLimitTheMoves() {
    let drawing = Drawing("a.b\n...") { $0.y == 0 ? [.east, .south] : .all }
    let b = drawing["b"]
    let moves = MoveGraph(graph: drawing.graph, allowed: { $0.rawValue != 4 })
    #expect(moves.move(from: 0, to: 1) != nil)
    #expect(moves.move(from: 1, to: 0) == nil)
    #expect(moves.move(from: 1, to: 4) == nil)
    #expect(moves.move(from: b, to: 5) != nil)
  }

  @Test func aClosedZoneCanOnlyBeLeft() {
    let drawing = Drawing("ab...c")
    let moves = MoveGraph(graph: drawing.graph, allowed: { $0.rawValue < 1 || $0.rawValue > 3 })
    let ends = (0..<6).map { v in moves.moves(from: Int32(v)).map { moves.moveEnd[Int($0)] } }
    #expect(ends[0].isEmpty && ends[4] == [5])
    #expect(ends[1] == [0] && ends[3] == [4])
    #expect(Set(ends[2]) == [1, 3])
    #expect(!moves.isResting(1) && moves.isResting(0))
  }

  @Test func aClosedCrossingIsLeftInOneMove() {
    let drawing = Drawing("axxb.")
    let b = drawing["b"]
    let moves = MoveGraph(
      graph: drawing.graph, allowed: { $0.rawValue != 1 && $0.rawValue != 2 && $0.rawValue != b },
      noStop: { $0.rawValue == 1 || $0.rawValue == 2 })
    #expect(moves.moves(from: b).map { moves.moveEnd[Int($0)] }.contains(b + 1))
    let out = moves.moves(from: 1).map { moves.moveEnd[Int($0)] }
    #expect(out.contains(drawing["a"]))
    #expect(moves.moves(from: drawing["a"]).isEmpty)
  }

  @Test func adjacentRestingCellsKeepTheirDirectMoveBesideAJunction() {
    let drawing = Drawing("ab\nxx")
    let moves = drawing.moves()
    let direct = moves.move(from: drawing["a"], to: drawing["b"])
    #expect(direct.map { moves.moveCost[Int($0)] } == 1)
    #expect(moves.moves(from: drawing["a"]).count == 1)
  }
}

@Suite struct DistanceTablesTests {
  @Test func distancesCountCellsAcrossJunctions() {
    let drawing = Drawing("a.xxb")
    var tables = DistanceTables(graphs: [drawing.moves()], memoryLimit: 0)
    #expect(tables.distance(graph: 0, from: drawing["a"], to: drawing["b"]) == 4)
    #expect(tables.distance(graph: 0, from: drawing["b"], to: drawing["b"]) == 0)
  }

  @Test func unreachableIsNilAndLanesAreOneWay() {
    let drawing = Drawing("a.b#c") { _ in [.east] }
    var tables = DistanceTables(graphs: [drawing.moves()], memoryLimit: 1 << 20)
    #expect(tables.distance(graph: 0, from: drawing["a"], to: drawing["b"]) == 2)
    #expect(tables.distance(graph: 0, from: drawing["b"], to: drawing["a"]) == nil)
    #expect(tables.distance(graph: 0, from: drawing["a"], to: drawing["c"]) == nil)
  }

  @Test func theMemoryLimitHoldsAndChangesNoAnswer() {
    let drawing = Drawing(Array(repeating: "..........", count: 10).joined(separator: "\n"))
    var small = DistanceTables(graphs: [drawing.moves()], memoryLimit: 1000)
    var large = DistanceTables(graphs: [drawing.moves()], memoryLimit: 1 << 20)
    for round in 0..<3 {
      for goal in 0..<Int32(20) {
        let from = Int32((Int(goal) * 37 + round) % 100)
        #expect(
          small.distance(graph: 0, from: from, to: goal)
            == large.distance(graph: 0, from: from, to: goal))
      }
    }
    #expect(small.bytes <= 1000)
    #expect(large.fills == 20)
    #expect(small.fills == 60)
  }

  @Test func theOldestTableGoesFirst() {
    let drawing = Drawing("..........")
    var tables = DistanceTables(graphs: [drawing.moves()], memoryLimit: 40)
    for goal in [Int32(1), 2, 1, 3, 1] { _ = tables.distance(graph: 0, from: 0, to: goal) }
    #expect(tables.fills == 3)
    #expect(tables.hits == 2)
    _ = tables.distance(graph: 0, from: 0, to: 2)
    #expect(tables.fills == 4)
  }

  @Test func sharedTablesAreFilledOnceAndSmallOnesNeverInUse() {
    let drawing = Drawing("..........")
    var own = DistanceTables(graphs: [drawing.moves()], memoryLimit: 1 << 20)
    var other = DistanceTables(sharing: own)
    #expect(own.distance(graph: 0, from: 0, to: 3) == 3)
    #expect(other.distance(graph: 0, from: 9, to: 3) == 6)
    #expect(own.fills == 1 && other.fills == 0 && other.hits == 1)
    // One that is followed is not filled for another goal.
    var tight = DistanceTables(graphs: [drawing.moves()], memoryLimit: 0)
    let followed = tight.table(graph: 0, goal: 0)
    #expect(tight.distance(graph: 0, from: 0, to: 9) == 9)
    #expect(followed.values[9] == 9)
  }

  @Test func planningThreadsMayShareTables() async {
    let drawing = Drawing(
      Array(repeating: "....................", count: 20).joined(separator: "\n"))
    // Room for a few: tables come and go all the time.
    let tables = DistanceTables(graphs: [drawing.moves()], memoryLimit: 8 * 800)
    let wrong = await withTaskGroup(of: Int.self) { group in
      for thread in 0..<4 {
        group.addTask {
          var mine = DistanceTables(sharing: tables)
          var wrong = 0
          for k in 0..<600 {
            let (from, to) = (Int32((k * 7 + thread) % 400), Int32((k * (thread + 1)) % 40))
            let expected = abs(from % 20 - to % 20) + abs(from / 20 - to / 20)
            if mine.distance(graph: 0, from: from, to: to).map(Int32.init) != expected {
              wrong += 1
            }
          }
          return wrong
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0)
  }

  @Test func distancesSaturateInsteadOfWrapping() {
    let count = 70_000
    let line = GridMap(
      width: Int32(count), height: 1, passable: [Bool](repeating: true, count: count))
    var tables = DistanceTables(graphs: [MoveGraph(graph: Graph(line))], memoryLimit: 0)
    #expect(tables.distance(graph: 0, from: 60_000, to: 0) == 60_000)
    #expect(tables.distance(graph: 0, from: 69_999, to: 0) == 65_534)
  }

  @Test func bothSearchesAgree() {
    let drawing = Drawing("....\n.##.\n....\n#...")
    let moves = FlatMoves([drawing.moves()])
    let search = DistanceSearch(moves)
    let open = [Bool](repeating: false, count: moves.vertexCount)
    for goal in 0..<Int32(moves.vertexCount) {
      let plain = DistanceTable(count: moves.vertexCount)
      let walled = DistanceTable(count: moves.vertexCount)
      search.fill(plain, graph: 0, goal: goal, blocked: nil)
      search.fill(walled, graph: 0, goal: goal, blocked: open)
      #expect((0..<moves.vertexCount).allSatisfy { plain.values[$0] == walled.values[$0] })
    }
  }
}
