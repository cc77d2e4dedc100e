import FleetModel
import Testing

@testable import Invariants

/// A good state, broken in every way.
@Suite struct QueueCheckerTests {
  private let a = RobotIndex(0)
  private let b = RobotIndex(1)

  /// A snapshot to be changed: every robot with its legs, every queue with its tokens.
  private struct Draft {
    struct Robot {
      var marks: QueueSnapshot.Robot
      var legs: [QueueSnapshot.Leg]
    }
    struct Queue {
      var resource: Int32
      var tokens: [QueueSnapshot.Token]
    }
    var robots: [Robot]
    var queues: [Queue]
    var contested: [Int32] = []
    var obstructions: [QueueSnapshot.Obstruction] = []

    var snapshot: QueueSnapshot {
      var snapshot = QueueSnapshot(
        robots: [], legs: [], queues: [], tokens: [], contested: contested,
        obstructions: obstructions)
      for robot in robots {
        var marks = robot.marks
        marks.legs = snapshot.legs.count..<snapshot.legs.count + robot.legs.count
        snapshot.legs += robot.legs
        snapshot.robots.append(marks)
      }
      for queue in queues {
        let first = snapshot.tokens.count
        snapshot.tokens += queue.tokens
        snapshot.queues.append(
          QueueSnapshot.Queue(resource: queue.resource, tokens: first..<snapshot.tokens.count))
      }
      return snapshot
    }
  }

  /// a stands on 1, drives to 2 (released), then 3; b stands on 0 and follows to 1.
  private func good() -> Draft {
    func leg(_ number: UInt64, _ end: Int32, _ appended: UInt64) -> QueueSnapshot.Leg {
      QueueSnapshot.Leg(number: number, end: end, claims: [end], appended: appended)
    }
    func queue(_ resource: Int32, _ tokens: [(RobotIndex, UInt64)]) -> Draft.Queue {
      Draft.Queue(
        resource: resource, tokens: tokens.map { QueueSnapshot.Token(robot: $0.0, leg: $0.1) })
    }
    func robot(_ robot: RobotIndex, visited: UInt64, released: UInt64) -> QueueSnapshot.Robot {
      QueueSnapshot.Robot(
        robot: robot, order: 1, visited: visited, acknowledged: visited, released: released,
        isHeld: false, legs: 0..<0)
    }
    return Draft(
      robots: [
        Draft.Robot(
          marks: robot(a, visited: 4, released: 5),
          legs: [leg(4, 1, 1), leg(5, 2, 3), leg(6, 3, 4)]),
        Draft.Robot(
          marks: robot(b, visited: 0, released: 0), legs: [leg(0, 0, 2), leg(1, 1, 5)]),
      ],
      queues: [
        queue(0, [(b, 0)]), queue(1, [(a, 4), (b, 1)]), queue(2, [(a, 5)]), queue(3, [(a, 6)]),
      ])
  }

  private func broken(_ change: (inout Draft) -> Void) -> [Violation] {
    var draft = good()
    change(&draft)
    return QueueChecker().check(draft.snapshot)
  }

  @Test func robotsAstrayOwnWhatTheyAreSaidTo() {
    let astray = QueueSnapshot.Obstruction(robot: RobotIndex(7), resources: [9])
    let token = QueueSnapshot.Token(robot: RobotIndex(7), leg: .max)
    let queue = Draft.Queue(resource: 9, tokens: [token])
    #expect(
      broken {
        $0.obstructions = [astray]
        $0.queues.append(queue)
      } == [])
    #expect(
      broken { $0.obstructions = [astray] }
        == [.strayToken(RobotIndex(7), leg: .max, resource: 9)])
    #expect(
      broken { $0.queues.append(queue) } == [.strayToken(RobotIndex(7), leg: .max, resource: 9)])
  }

  @Test func nobodyQueuesBehindARobotAstray() {
    let d = RobotIndex(7)
    let found = { (resource: Int32, contested: [Int32]) in
      broken {
        $0.obstructions = [QueueSnapshot.Obstruction(robot: d, resources: [resource])]
        $0.queues[Int(resource)].tokens.insert(.init(robot: d, leg: .max), at: 0)
        $0.contested = contested
      }
    }
    #expect(found(3, []) == [.waitsForHeld(a, leg: 6, resource: 3, behind: d)])
    #expect(found(2, []) == [.releasedNotOwner(a, leg: 5, resource: 2)])
    #expect(found(2, [2]) == [])
  }

  @Test func aGoodStatePasses() { #expect(QueueChecker().check(good().snapshot) == []) }

  @Test func marksMustBeInOrder() {
    #expect(broken { $0.robots[0].marks.acknowledged = 6 } == [.marksOutOfOrder(a)])
    #expect(broken { $0.robots[1].marks.visited = 1 }.contains(.marksOutOfOrder(b)))
    #expect(broken { $0.robots[0].marks.released = 7 }.contains(.marksOutOfOrder(a)))
    #expect(broken { $0.robots[0].legs[1].number = 9 }.contains(.marksOutOfOrder(a)))
    #expect(broken { $0.robots[0].legs[2].appended = 3 }.contains(.marksOutOfOrder(a)))
  }

  @Test func tokensAndClaimsMustAgree() {
    #expect(
      broken { $0.queues[3].tokens.removeAll() } == [.strayToken(a, leg: 6, resource: 3)])
    #expect(
      broken { $0.queues[0].tokens.append(.init(robot: a, leg: 6)) }
        .contains(.strayToken(a, leg: 6, resource: 0)))
    #expect(
      broken { $0.queues[3].tokens.append(.init(robot: RobotIndex(9), leg: 1)) }
        .contains(.strayToken(RobotIndex(9), leg: 1, resource: 3)))
  }

  @Test func releasedLegsMustOwn() {
    #expect(
      broken { $0.robots[1].marks.released = 1 } == [.releasedNotOwner(b, leg: 1, resource: 1)])
    #expect(
      broken {
        $0.robots[1].marks.released = 1
        $0.contested = [1]
      } == [])
  }

  @Test func nobodyMayWaitWhereSomebodyRests() {
    let found = broken {
      $0.robots[0].legs.removeLast(2)
      $0.robots[0].marks.released = 4
      $0.queues.removeLast(2)
    }
    #expect(found.contains(.waitsForRest(b, leg: 1, resource: 1, behind: a)))
    #expect(found.contains(.sharedEnd(resource: 1, a, b)))
  }

  @Test func waitsMustPointToEarlierAppends() {
    #expect(
      broken {
        $0.robots[0].legs[1].appended = 6; $0.robots[0].legs[2].appended = 7
      }
        == [.waitsForLater(b, leg: 1, resource: 1, behind: a)])
  }

  @Test func nobodyMayWaitForAHeldRobot() {
    #expect(
      broken { $0.robots[0].marks.isHeld = true }
        == [.waitsForHeld(b, leg: 1, resource: 1, behind: a)])
  }

  @Test func circlesAreFound() {
    // A rotation: a waits for 0, where b stands, and b for 1, where a stands.
    let found = broken {
      $0.robots[0].legs[1].end = 0
      $0.robots[0].legs[1].claims = [0]
      $0.robots[0].marks.released = 4
      $0.queues[2].tokens.removeAll()
      $0.queues[0].tokens.append(.init(robot: a, leg: 5))
    }
    #expect(found.contains(.waitCycle([a, b])))
    #expect(found.contains(.waitsForLater(a, leg: 5, resource: 0, behind: b)))
  }

  @Test func planEndsMustDiffer() {
    let found = broken {
      $0.robots[1].legs[1].end = 3
      $0.robots[1].legs[1].claims = [3]
      $0.queues[1].tokens.removeLast()
      $0.queues[3].tokens.append(.init(robot: b, leg: 1))
    }
    #expect(found.contains(.sharedEnd(resource: 3, a, b)))
  }
}
