import Determinism
import FleetModel
import Testing

@testable import FleetSimulation

// MARK: Event queue

@Test func eventsComeByTimeThenByInsertion() {
  var queue = EventQueue<Int>()
  var random = Seed(3).generator()
  var expected: [(time: Int64, value: Int)] = []
  for value in 0..<2000 {
    let time = Int64(random.next(below: 50))
    queue.push(value, at: Instant(microseconds: time))
    expected.append((time, value))
  }
  expected.sort { $0.time != $1.time ? $0.time < $1.time : $0.value < $1.value }
  for entry in expected {
    let popped = queue.pop()
    #expect(popped?.time.microseconds == entry.time)
    #expect(popped?.value == entry.value)
  }
  #expect(queue.pop() == nil)
}

@Test func eventsOfAllDistancesComeInOrder() {
  var queue = EventQueue<Int>()
  var random = Seed(7).generator()
  var waiting: [(time: Int64, value: Int)] = []
  var now: Int64 = 0
  var wrong = 0
  for value in 0..<6000 {
    // Now, soon, on the border of a year of days, much later, and what should have come before.
    let spans: [Int64] = [1, 300, 20_000, 3_000_000, 8_388_608, 60_000_000, 3_000_000_000]
    let span = spans[Int(random.next(below: 7))]
    let time = max(0, now + Int64(random.next(below: Int(span))) - (value % 50 == 0 ? 5000 : 0))
    queue.push(value, at: Instant(microseconds: time))
    let place = waiting.firstIndex { $0.time > time } ?? waiting.count
    waiting.insert((time, value), at: place)
    #expect(queue.count == waiting.count)
    while !waiting.isEmpty, random.next(below: 100) < (value % 1000 < 500 ? 30 : 60) {
      let expected = waiting.removeFirst()
      if queue.nextTime?.microseconds != expected.time { wrong += 1 }
      let popped = queue.pop()
      if popped?.value != expected.value || popped?.time.microseconds != expected.time {
        wrong += 1
      }
      now = max(now, expected.time)
    }
  }
  for expected in waiting where queue.pop()?.value != expected.value { wrong += 1 }
  #expect(wrong == 0)
  #expect(queue.isEmpty && queue.pop() == nil)
  // It goes on from anywhere.
  queue.push(1, at: Instant(microseconds: 5))
  #expect(queue.pop()?.value == 1)
}

// MARK: Network

private func network(_ change: (inout NetworkSettings) -> Void) -> SimulatedNetwork {
  var settings = NetworkSettings()
  change(&settings)
  return SimulatedNetwork(settings, channels: 2, seed: Seed(1))
}

@Test func messagesOfAChannelKeepTheirOrder() {
  var network = network { $0.jitterMilliseconds = 500 }
  var last = Instant.zero
  for step in 0..<500 {
    let arrival = network.send(
      channel: 0, .atLeastOnce, now: Instant(microseconds: Int64(step) * 1000))
    guard let first = arrival.first else {
      Issue.record("message \(step) was lost")
      return
    }
    #expect(first.arrival >= last)
    #expect(first.broker <= first.arrival)
    #expect(arrival.again == nil)
    last = first.arrival
  }
}

@Test func onlyQoS0MessagesAreLostForGood() {
  var network = network {
    $0.loss = 0.3
    $0.jitterMilliseconds = 0
  }
  var lost = 0
  for _ in 0..<1000 {
    if network.send(channel: 0, .atMostOnce, now: .zero).first == nil { lost += 1 }
    #expect(network.send(channel: 1, .atLeastOnce, now: .zero).first != nil)
  }
  #expect((200...400).contains(lost))
  #expect(network.lost == Int64(lost))
}

@Test func lostQoS1MessageIsOvertaken() {
  var network = network {
    $0.loss = 0.5
    $0.jitterMilliseconds = 0
  }
  let arrivals = (0..<50).compactMap { _ in
    network.send(channel: 0, .atLeastOnce, now: .zero).first
  }
  #expect(arrivals.count == 50)
  #expect(zip(arrivals, arrivals.dropFirst()).contains { $0.arrival > $1.arrival })
}

@Test func someQoS1MessagesComeTwice() {
  var network = network { $0.duplication = 0.5 }
  let again = (0..<100).count { _ in
    network.send(channel: 0, .atLeastOnce, now: .zero).again != nil
  }
  #expect((25...75).contains(again))
  let once = (0..<100).count { _ in
    network.send(channel: 0, .atMostOnce, now: .zero).again != nil
  }
  #expect(once == 0)
}

@Test func aMessagesLotDependsOnItsChannelAndNumberAlone() {
  let busy: (inout NetworkSettings) -> Void = {
    $0.jitterMilliseconds = 500
    $0.loss = 0.2
    $0.duplication = 0.2
    $0.reordering = 0.2
  }
  var alone = network(busy)
  var beside = network(busy)
  for step in 0..<200 {
    let now = Instant(microseconds: Int64(step) * 10_000)
    if step % 3 == 0 { _ = beside.send(channel: 1, .atMostOnce, now: now) }
    let expected = alone.send(channel: 0, .atLeastOnce, now: now)
    let found = beside.send(channel: 0, .atLeastOnce, now: now)
    #expect(found.first == expected.first)
    #expect(found.again == expected.again)
  }
}

@Test func aNetworkThatReordersKeepsMessages() {
  var network = network {
    $0.reordering = 0.5
    $0.jitterMilliseconds = 0
  }
  let arrivals = (0..<100).compactMap { step in
    network.send(channel: 0, .atMostOnce, now: Instant(microseconds: step * 1000)).first?.arrival
  }
  #expect(arrivals.count == 100)
  #expect(zip(arrivals, arrivals.dropFirst()).contains { $0 > $1 })
}

// MARK: Chance

@Test func logarithmIsThatOfTheBooks() {
  let known = [
    (1.0, 0.0), (0.5, 0.693147180559945), (0.1, 2.302585092994046), (1e-9, 20.72326583694641),
  ]
  for (u, value) in known {
    #expect((FaultPlan.minusLogarithm(u) - value).magnitude < 1e-12)
  }
}

// MARK: Desk

private func record(_ id: String, key: ClientKey, state: TaskState, robot: String?) throws
  -> TaskRecord
{
  var record = TaskRecord(
    id: try TaskID(id), key: key, owner: try OperatorID("o"),
    spec: TaskSpec(
      body: .goTo(GoTo(target: .station(try StationID("s")))), priority: 4, robot: nil),
    state: state, submitted: .zero)
  record.robot = try robot.map { try RobotID($0) }
  return record
}

@Test func deskAsksAgainUntilAnswered() {
  var desk = TaskDesk(robots: 1, classes: 1)
  let ticket = desk.ask(.init(kind: .goTo, wanted: nil, code: nil))
  desk.keep([1, 2], number: ticket.number, now: .zero)
  let later = Instant(microseconds: 5)
  #expect(desk.unanswered(since: later, now: later) == [[1, 2]])
  #expect(desk.unanswered(since: .zero, now: later).isEmpty)
  desk.answered(ticket.number, .done)
  #expect(desk.unanswered(since: later, now: later).isEmpty)
}

@Test func deskSeesASecondTaskForAKey() throws {
  var desk = TaskDesk(robots: 1, classes: 1)
  let key = desk.ask(.init(kind: .goTo, wanted: nil, code: nil)).key
  _ = desk.stored(try record("t1", key: key, state: .queued, robot: nil), robot: nil)
  #expect(
    desk.stored(try record("t2", key: key, state: .queued, robot: nil), robot: nil)
      == [.added, .addedAgain])
}

@Test func deskFollowsATask() throws {
  var desk = TaskDesk(robots: 2, classes: 1)
  let ticket = desk.ask(.init(kind: .goTo, wanted: 0, code: nil))
  #expect(desk.unassigned == [1])
  let key = ticket.key
  #expect(
    desk.stored(try record("t1", key: key, state: .queued, robot: nil), robot: nil) == [.added])
  #expect(
    desk.stored(try record("t1", key: key, state: .assigned, robot: "a"), robot: 0)
      == [.assigned(robot: 0)])
  #expect(desk.unassigned == [0])
  #expect(desk.taskOf[0]?.text == "t1")
  #expect(
    desk.stored(try record("t1", key: key, state: .queued, robot: nil), robot: nil)
      == [.taken(robot: 0)])
  #expect(desk.unassigned == [1])
  _ = desk.stored(try record("t1", key: key, state: .assigned, robot: "b"), robot: 1)
  #expect(
    desk.stored(try record("t1", key: key, state: .completed, robot: "b"), robot: 1)
      == [.ended(robot: 1)])
  #expect(desk.unassigned == [0])
  #expect(desk.openCount == 0)
  #expect(
    desk.stored(try record("t1", key: key, state: .cancelled, robot: nil), robot: nil)
      == [.endedAgain])
}

/// Who stands where it stood is not measured again, and need not be.
@Test func sightsThatAreKeptAreThoseThatAreTaken() throws {
  var scenario = Scenario(
    name: "sights", site: "campus", robots: .count(8), duration: .seconds(60),
    drainLimit: .seconds(60))
  scenario.faults.chaos = 2
  var simulation = try Simulation(scenario, site: try shippedSite("campus"), seed: 4)
  var kept = Sights()
  var standing = 0
  for second in 1...50 {
    simulation.run(until: .seconds(second))
    kept.take(&simulation.robots)
    var fresh = Sights()
    fresh.take(&simulation.robots)
    #expect(kept.all == fresh.all, "second \(second)")
    standing += fresh.all.count(where: \.isStanding)
  }
  #expect(standing > 50 && standing < 350, "\(standing)")
}
