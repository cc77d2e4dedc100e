import Determinism
import FleetModel

/// The operators' books: what was asked for, and what has become of it as far as the server has
/// made it durable.
struct TaskDesk {
  struct Entry {
    let kind: TaskKind
    /// The class that it was asked for to keep busy; nil: none in particular.
    let wanted: Int?
    var robot: Int?
    var state: TaskState
  }

  struct Asked {
    let kind: TaskKind
    let wanted: Int?
    let code: String?
  }

  private(set) var entries: [TaskID: Entry] = [:]
  /// Requests that have not been answered, and what was asked for in all.
  private(set) var pending: [UInt64: Asked] = [:]
  private var asked: [ClientKey: Asked] = [:]
  /// Under each key the first task that was made for it.
  private var taskFor: [ClientKey: TaskID] = [:]
  /// Requests without an answer, and when they were sent last.
  private var letters: [UInt64: (bytes: [UInt8], sent: Instant)] = [:]
  /// The latest requests for tasks, but for those that were refused.
  private(set) var latest: [(number: UInt64, body: OperatorCommand)] = []
  private static let latestKept = 8
  private(set) var lastNumber: UInt64 = 0
  private(set) var refused = 0
  private(set) var refusals: [String] = []
  private(set) var openCount = 0
  /// Class -> tasks asked for it that no robot has yet, answered or not.
  private(set) var unassigned: [Int]
  /// Robot -> its task.
  private(set) var taskOf: [TaskID?]

  init(robots: Int, classes: Int) {
    unassigned = [Int](repeating: 0, count: classes)
    taskOf = [TaskID?](repeating: nil, count: robots)
  }

  /// Numbers a request for a task.
  mutating func ask(_ asked: Asked) -> (number: UInt64, key: ClientKey) {
    lastNumber += 1
    let key = Self.key(lastNumber)
    pending[lastNumber] = asked
    self.asked[key] = asked
    if let wanted = asked.wanted { unassigned[wanted] += 1 }
    return (lastNumber, key)
  }

  /// Keeps a request for a task among the latest.
  mutating func keepLatest(_ body: OperatorCommand, number: UInt64) {
    latest = latest.suffix(Self.latestKept - 1) + [(number, body)]
  }

  /// Numbers a request that is not for a task.
  mutating func number() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }

  /// Keeps a request until it is answered.
  mutating func keep(_ bytes: [UInt8], number: UInt64, now: Instant) {
    letters[number] = (bytes, now)
  }

  /// Requests that were sent last before `time`, by number, as sent again now.
  mutating func unanswered(since time: Instant, now: Instant) -> [[UInt8]] {
    guard !letters.isEmpty else { return [] }
    let due = letters.filter { $0.value.sent <= time }.map(\.key).sorted()
    return due.compactMap { number in
      letters[number]?.sent = now
      return letters[number]?.bytes
    }
  }

  mutating func answered(_ number: UInt64, _ reply: OperatorReply) {
    letters[number] = nil
    guard let asked = pending.removeValue(forKey: number) else { return }
    guard case .refused(let refusal) = reply else { return }
    refused += 1
    latest.removeAll { $0.number == number }
    if refusals.count < 10 { refusals.append("\(asked.kind.rawValue): \(refusal.message)") }
    if let wanted = asked.wanted { unassigned[wanted] -= 1 }
  }

  /// Tasks that have not ended, by id.
  var open: [TaskID] { entries.filter { !$0.value.state.isEnded }.map(\.key).sorted() }

  /// The release code that was agreed for a task.
  func code(of record: TaskRecord) -> String? { asked[record.key]?.code }

  /// What a durable record changes.
  enum Change: Equatable {
    case added
    /// A second task for the key of another.
    case addedAgain
    case assigned(robot: Int)
    case taken(robot: Int)
    case waitsForHuman
    case ended(robot: Int?)
    /// Ended, and now as something else.
    case endedAgain
  }

  /// The server has made `record` durable.
  mutating func stored(_ record: TaskRecord, robot: Int?) -> [Change] {
    guard let before = entries[record.id] else {
      let asked = asked[record.key]
      let entry = Entry(
        kind: record.spec.body.kind, wanted: asked?.wanted, robot: nil, state: .queued)
      entries[record.id] = entry
      openCount += 1
      let isSecond = taskFor[record.key] != nil
      if !isSecond { taskFor[record.key] = record.id }
      return (isSecond ? [.added, .addedAgain] : [.added]) + update(record, robot, entry)
    }
    return update(record, robot, before)
  }

  private mutating func update(_ record: TaskRecord, _ robot: Int?, _ before: Entry) -> [Change] {
    if before.state.isEnded { return before.state == record.state ? [] : [.endedAgain] }
    var changes: [Change] = []
    if record.state.isEnded {
      openCount -= 1
      if let old = before.robot, taskOf[old] == record.id { taskOf[old] = nil }
      if before.robot == nil, let wanted = before.wanted { unassigned[wanted] -= 1 }
      entries[record.id]?.state = record.state
      return [.ended(robot: before.robot ?? robot)]
    }
    if before.robot != robot {
      if let old = before.robot { changes.append(.taken(robot: old)) }
      move(record.id, from: before, to: robot)
      if let robot { changes.append(.assigned(robot: robot)) }
    }
    if before.state != record.state, record.state == .waiting(.humanRelease) {
      changes.append(.waitsForHuman)
    }
    entries[record.id]?.state = record.state
    entries[record.id]?.robot = robot
    return changes
  }

  private mutating func move(_ id: TaskID, from before: Entry, to robot: Int?) {
    if let old = before.robot, taskOf[old] == id { taskOf[old] = nil }
    if let robot { taskOf[robot] = id }
    guard let wanted = before.wanted else { return }
    if before.robot == nil { unassigned[wanted] -= 1 }
    if robot == nil { unassigned[wanted] += 1 }
  }

  private static func key(_ number: UInt64) -> ClientKey {
    do { return try ClientKey("k\(number)") } catch {
      preconditionFailure("key of request \(number): \(error)")
    }
  }
}
