import Determinism
import FleetModel
import Testing

@testable import VirtualRobot

@Suite struct SessionTests {
  @Test func saysWhoAndWhereItIsOnConnecting() {
    let rig = Rig()
    #expect(rig.said.count == 4)
    #expect(rig.said[0] == .connection(ConnectionMessage(sessionEpoch: 1, status: .online)))
    #expect(rig.said[1] == .factsheet(rig.robot.settings.factsheet))
    guard case .report(let report) = rig.said[2], case .state(let state) = rig.said[3] else {
      Issue.record("\(rig.said)")
      return
    }
    #expect(report.events.map(\.number) == [1])
    guard case .present(_, let route, let standing, _, _, _) = report.events[0].event else {
      Issue.record("\(report)")
      return
    }
    #expect(route == .none && standing)
    #expect(state.number == 1 && state.mode == .automatic && state.energyPermille == 1000)
  }

  @Test func willAndFarewellNameTheSession() {
    var rig = Rig()
    #expect(
      VirtualRobot.will(sessionEpoch: 7) == ConnectionMessage(sessionEpoch: 7, status: .lost))
    let outputs = rig.robot.disconnect(now: rig.now)
    #expect(
      outputs == [.connection(ConnectionMessage(sessionEpoch: 1, status: .offline))])
    #expect(!rig.robot.isConnected)
  }

  @Test func handlesCommandsInOrderAndOnce() {
    var rig = Rig()
    rig.send(.pause, number: 2)
    #expect(!rig.robot.isPaused)
    rig.send(.resume, number: 1)
    rig.send(.pause, number: 2)
    #expect(rig.robot.isPaused)
    rig.send(.resume, number: 1)
    #expect(rig.robot.isPaused)
    rig.run(0.6)
    #expect(rig.states.last?.lastControl == 2)
  }

  @Test func confirmsRepeatedCommandsBySoonSayingTheState() {
    var rig = Rig()
    rig.send(.signal(light: 1, horn: 0))
    rig.run(1)
    let count = rig.states.count
    rig.send(.signal(light: 1, horn: 0), number: 1)
    rig.run(0.6)
    #expect(rig.states.count == count + 1)
    #expect(rig.states.last?.lastControl == 1)
  }

  @Test func ignoresOtherSessionsAndOlderServers() {
    var rig = Rig()
    rig.serverEpoch = 5
    rig.heartbeat()
    rig.send(.pause, number: 1, session: 2)
    rig.send(.pause, number: 1, epoch: 4)
    #expect(!rig.robot.isPaused)
    rig.send(.pause, number: 1)
    #expect(rig.robot.isPaused)
  }

  @Test func tellsANewServerWhereItIsAndCountsItsCommandsAnew() {
    var rig = Rig()
    rig.send(.pause)
    rig.send(.resume)
    rig.serverEpoch = 2
    let before = rig.events.count
    rig.heartbeat()
    #expect(rig.events.count == before + 1)
    #expect(rig.states.last?.lastControl == 0 && rig.states.last?.serverEpoch == 2)
    rig.heartbeat()
    #expect(rig.events.count == before + 1)
    rig.send(.pause, number: 1)
    #expect(rig.robot.isPaused)
    rig.send(.resume, number: 2, epoch: 1)
    #expect(rig.robot.isPaused)
  }

  @Test func sendsEventsAgainUntilTheyAreCommitted() {
    var rig = Rig()
    rig.said = []
    rig.run(1.9)
    // The present for the server that it had not heard.
    #expect(Rig.events(rig.said).count == 1)
    rig.run(2.2)
    #expect(Rig.events(rig.said).count == 2)
    let reports = rig.said.filter { if case .report = $0 { true } else { false } }
    #expect(reports.count == 3)
    rig.committed = UInt64(rig.robot.uncommittedEventCount)
    rig.send(.acknowledgeEvents)
    #expect(rig.robot.uncommittedEventCount == 0)
    rig.said = []
    rig.run(10)
    #expect(Rig.events(rig.said).isEmpty)
  }

  @Test func answersAQuery() {
    var rig = Rig()
    let outputs = rig.send(.query)
    let presents = Rig.events(outputs).filter { if case .present = $0 { true } else { false } }
    #expect(presents.count == 2)  // the other one is for the server it had not heard
  }

  @Test func drivesOnWithoutALinkAndSaysAgainWhatMatters() {
    var rig = Rig()
    rig.send(Rig.route(row(0...3)))
    rig.run(0.5)
    rig.robot.disconnected(now: rig.now)
    let count = rig.said.count
    rig.run(10)
    #expect(rig.said.count == count)
    #expect(rig.robot.truePosition == Rig.point(3, 0))
    rig.session = 2
    rig.said = rig.robot.connect(sessionEpoch: 2, now: rig.now)
    let events = rig.events
    guard case .present(_, let route, _, _, _, _) = events[0] else {
      Issue.record("\(events)")
      return
    }
    #expect(route == RoutePosition(order: 1, update: 1, visited: 3, through: 3))
    #expect(
      Array(events.dropFirst()) == [
        .acknowledged(order: 1, update: 1, through: 3), .visited(order: 1, leg: 3),
      ])
  }

  @Test func keepsActionResultsOverALostLink() {
    var rig = Rig()
    rig.send(
      .action(RobotAction(id: 4, kind: .dwell, durationMilliseconds: 2000)))
    rig.run(0.1)
    rig.robot.disconnected(now: rig.now)
    rig.run(2.5)
    rig.session = 2
    rig.said = rig.robot.connect(sessionEpoch: 2, now: rig.now)
    #expect(
      Array(rig.events.dropFirst()) == [
        .actionStarted(action: 4), .actionEnded(action: 4, result: .succeeded),
      ])
  }

  @Test func saysItsStateEverySecondMovingAndEveryFiveIdle() {
    var rig = Rig()
    rig.run(20)
    let idle = rig.states.count
    #expect((4...6).contains(idle))
    rig.send(Rig.route([(0, 0), (1, 0)], limit: 50))
    rig.said = []
    rig.run(10)
    #expect((10...12).contains(rig.states.count))
  }

  @Test func reportsPositionsOffByAtMostTheErrorOfItsClass() {
    var rig = Rig()
    var off = false
    for _ in 0..<200 {
      rig.said = []
      rig.run(5, step: 5)
      for state in rig.states {
        let (dx, dy) = (state.position.x - 500, state.position.y - 500)
        #expect(dx * dx + dy * dy <= 2500)
        off = off || dx != 0
      }
    }
    #expect(off)
    #expect(rig.robot.truePosition == Rig.point(0, 0))
  }

  @Test func wakesOnlyWhenSomethingIsDue() {
    var rig = Rig()
    rig.committed = 9
    rig.send(.acknowledgeEvents)
    rig.run(1)
    rig.send(Rig.route(row(0...20)))
    var wakes = 0
    while !rig.robot.isStanding {
      rig.now = rig.robot.nextWake
      let outputs = rig.robot.advance(to: rig.now)
      #expect(rig.robot.nextWake > rig.now)
      wakes += 1
      if outputs.isEmpty { continue }
      rig.heartbeat()
    }
    #expect(wakes < 80)
  }
}
