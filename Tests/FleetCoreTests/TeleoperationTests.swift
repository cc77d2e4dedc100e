import Determinism
import FleetModel
import Grid
import Invariants
import Testing
import VirtualRobot

@testable import FleetCore

/// An operator drives a robot by hand: only while it stands in nobody's way, for a bounded time, and
/// whatever becomes of the link it comes no further than what is blocked for it.
@Suite struct TeleoperationTests {
  static let field =
    ["a.............b"] + Array(repeating: "...............", count: 8) + ["P......P......C"]

  private func lease(_ yard: Yard, _ i: Int = 0) -> TeleoperationLease? {
    yard.fleet.robots[i].lease
  }

  private func blocked(_ yard: Yard, _ i: Int = 0) -> Set<Cell> {
    let robot = yard.fleet.robots[i].index
    let cells = yard.fleet.traffic.obstruction(of: robot) + yard.fleet.traffic.ownedCells(robot)
    return Set(cells.map { yard.site.graph.cells[Int($0)] })
  }

  private func take(_ id: RobotID, _ seconds: Int64) -> OperatorCommand {
    .teleoperateRobot(id, forMilliseconds: seconds * 1000)
  }

  private func ask(_ yard: inout Yard, as user: String, _ body: OperatorCommand) throws -> Refusal?
  {
    let request = OperatorRequest(client: try ClientID(user), number: 1, body: body)
    try yard.handle(.request(try OperatorID(user), request))
    guard case .refused(let refusal) = yard.replies.last else { return nil }
    return refusal
  }

  private func violations(_ yard: Yard) -> [Violation] {
    QueueChecker().check(yard.fleet.queueSnapshot())
  }

  /// A robot that stands at (7, 4) and may be driven by hand, for a minute.
  private func handed() throws -> (yard: Yard, id: RobotID) {
    var yard = try Yard(Self.field)
    let id = try yard.add("r1", 7, 4)
    try yard.ask(.pauseRobot(id))
    try yard.run(3)
    #expect(try yard.ask(take(id, 60)) == .done)
    try yard.run(5) { $0.robots[id]?.isTeleoperated == true }
    #expect(yard.robots[id]?.isTeleoperated == true)
    return (yard, id)
  }

  private func drive(_ yard: inout Yard, _ id: RobotID, to places: [(Int64, Int64)]) {
    for place in places {
      _ = yard.robots[id]?.driveByHand(to: point(place.0, place.1), now: yard.now)
    }
  }

  @Test func aRobotIsHandedOverOnceItStandsAndGoesOnWithItsTask() throws {
    var yard = try Yard(Self.field)
    let id = try yard.add("r1", 0, 1)
    let task = try yard.submit(try delivery("b", "a"))
    try yard.run(6)
    #expect(yard.robots[id]?.isStanding == false)
    #expect(try yard.ask(take(id, 60)) == .done)
    #expect(lease(yard)?.isGranted == false)
    #expect(yard.fleet.explain(robot: 0).contains { $0.contains("can stop, and says so") })
    try yard.run(15) { lease($0)?.isGranted == true }
    #expect(yard.robots[id]?.isStanding == true)
    try yard.run(1)
    let from = try #require(yard.place(id))
    drive(&yard, id, to: [(Int64(from.x), 5), (Int64(from.x) + 1, 5)])
    try yard.run(20)
    #expect(yard.place(id) == Cell(x: from.x + 1, y: 5))
    #expect(yard.fleet.robots[0].mode == .teleoperated)
    #expect(blocked(yard).contains(Cell(x: from.x + 1, y: 5)))
    #expect(try yard.ask(.endTeleoperation(id)) == .done)
    try yard.run(12) { $0.fleet.robots[0].presence == .present }
    #expect(lease(yard) == nil && yard.fleet.robots[0].containment == nil)
    #expect(blocked(yard) == [Cell(x: from.x + 1, y: 5)])
    try yard.run(120) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed" && violations(yard) == [])
    #expect(yard.fleet.fleetStatistics().teleoperations == 1)
    #expect(yard.fleet.fleetStatistics().contained == 0)
  }

  /// What it drives after the lease is over it drives on what is blocked for it.
  @Test func aRobotThatIsRemovedInSomebodysHandsKeepsWhatItMayReach() throws {
    var (yard, id) = try handed()
    drive(&yard, id, to: [(7, 6)])
    try yard.run(2)
    let before = blocked(yard)
    #expect(before.count > 1)
    try yard.handle(.removed(id))
    #expect(blocked(yard).isSuperset(of: before))
    #expect(try ask(&yard, as: "bob", .clearRobot(id, confirmed: true))?.code == .wrongState)
  }

  @Test func anotherIsNotDrivenWhereOneMayStillMoveAfterItsLease() throws {
    var (yard, id) = try handed()
    let other = try yard.add("r2", 9, 4)
    try yard.run(3)
    let reach = yard.fleet.traffic.obstruction(of: yard.fleet.robots[0].index)
    #expect(yard.fleet.inTheWay(1, reach).map(\.index) == [0])
    yard.cutOff.insert(id)
    #expect(try yard.ask(.endTeleoperation(id)) == .done)
    #expect(lease(yard) == nil && yard.fleet.isInHand(0))
    #expect(yard.fleet.inTheWay(1, reach).map(\.index) == [0], "it has not said that it stands")
    try yard.connect(id)
    yard.cutOff.remove(id)
    try yard.run(12)
    #expect(!yard.fleet.isInHand(0) && yard.robots[other]?.isStanding == true)
  }

  @Test func oneDrivesAtATime() throws {
    var (yard, id) = try handed()
    try yard.run(3)
    let refusal = try #require(try ask(&yard, as: "bob", take(id, 30)))
    #expect(refusal.code == .wrongState)
    #expect(refusal.message.hasPrefix("r1 is driven by ann for another 5"))
    #expect(try ask(&yard, as: "cid", .endTeleoperation(id))?.code == .wrongState)
    #expect(lease(yard)?.holder == (try OperatorID("ann")))
    #expect(yard.fleet.view(0).driver == (try OperatorID("ann")))
    #expect(yard.fleet.view(0).activity.hasPrefix("driven by ann, 5"))
    #expect(try ask(&yard, as: "dan", .clearRobot(id, confirmed: true))?.code == .wrongState)
    // Anybody may stop it.
    #expect(try ask(&yard, as: "eve", .stopRobot(id)) == nil)
    #expect(lease(yard) == nil)
    try yard.run(10)
    #expect(yard.robots[id]?.isTeleoperated == false && yard.fleet.robots[0].paused)
    #expect(try ask(&yard, as: "fay", .endTeleoperation(id))?.code == .wrongState)
  }

  @Test func aLeaseIsBoundedRenewedAndRunsOut() throws {
    var (yard, id) = try handed()
    for seconds in [Int64(0), 601] {
      guard case .refused(let refusal) = try yard.ask(take(id, seconds)) else {
        Issue.record("\(seconds) s were granted")
        continue
      }
      #expect(refusal.code == .invalid)
    }
    #expect(try yard.ask(take(id, 20)) == .done)
    try yard.run(15)
    #expect(try yard.ask(take(id, 20)) == .done)
    try yard.run(15)
    #expect(lease(yard)?.isGranted == true)
    drive(&yard, id, to: [(7, 8)])
    try yard.run(6)
    #expect(lease(yard) == nil && yard.notices.contains { $0.text.hasSuffix("no more: run out") })
    try yard.run(10)
    #expect(yard.robots[id]?.isTeleoperated == false && yard.robots[id]?.isStanding == true)
    #expect(yard.fleet.robots[0].presence == .present && violations(yard) == [])
  }

  @Test func withoutALinkItComesNoFurtherThanWhatIsBlocked() throws {
    var (yard, id) = try handed()
    drive(&yard, id, to: [(0, 4)])
    try yard.run(4)
    yard.cutOff.insert(id)
    let before = blocked(yard)
    try yard.run(5)
    #expect(yard.robots[id]?.isStanding == true)
    let place = try #require(yard.place(id))
    #expect(before.contains(place) && blocked(yard) == before)
    try yard.run(30)
    #expect(lease(yard) == nil && yard.fleet.robots[0].freshness == .lost)
    try yard.connect(id)
    try yard.run(10)
    #expect(yard.fleet.robots[0].presence == .present && blocked(yard).contains(place))
    #expect(blocked(yard).count <= 4)
  }

  @Test func aRestartEndsItAndKeepsWhatIsBlocked() throws {
    var (yard, id) = try handed()
    drive(&yard, id, to: [(0, 4)])
    try yard.run(4)
    let before = blocked(yard)
    try yard.restart()
    #expect(lease(yard) == nil && blocked(yard).isSuperset(of: before))
    #expect(yard.incidents.contains { $0.contains("was driven by ann when the server stopped") })
    try yard.run(12)
    #expect(yard.robots[id]?.isTeleoperated == false)
    let place = try #require(yard.place(id))
    #expect(before.contains(place))
    #expect(yard.fleet.robots[0].presence == .present && blocked(yard).contains(place))
    #expect(blocked(yard).count <= 4)
    #expect(try yard.shelf.load().robots.first?.lease == nil)
  }

  @Test func othersKeepAwayAndItWaitsUntilTheyStand() throws {
    var yard = try Yard(Self.field)
    let id = try yard.add("r1", 7, 4)
    try yard.ask(.pauseRobot(id))
    let other = try yard.add("r2", 0, 4)
    try yard.submit(.goTo(GoTo(target: .cell(Cell(x: 14, y: 4)))), key: "past", robot: other)
    try yard.run(20) { ($0.place(other)?.x ?? 0) >= 3 }
    #expect(try yard.ask(take(id, 60)) == .done)
    try yard.run(8)
    #expect(yard.robots[id]?.isTeleoperated == true)
    let mine = blocked(yard)
    drive(&yard, id, to: [(7, 6)])
    var hasPassed = false
    for _ in 0..<30 {
      try yard.run(1)
      let place = try #require(yard.place(other))
      if yard.robots[other]?.isStanding == false { #expect(!mine.contains(place)) }
      hasPassed = hasPassed || place == Cell(x: 14, y: 4)
    }
    #expect(hasPassed, "others go round it")
    #expect(violations(yard) == [])
  }

  @Test func aRobotOffItsRoadIsDrivenBack() throws {
    var (yard, id) = try Yard.offTheRoad()
    #expect(yard.fleet.robots[0].presence == .unconfirmed)
    #expect(try yard.ask(take(id, 60)) == .done)
    try yard.run(3)
    drive(&yard, id, to: [(3, 2)])
    try yard.run(10)
    #expect(try yard.ask(.endTeleoperation(id)) == .done)
    try yard.run(10)
    #expect(yard.fleet.robots[0].presence == .present && violations(yard) == [])
    #expect(blocked(yard).count == 1)
  }
}
