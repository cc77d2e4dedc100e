import FleetModel

/// Every task ends exactly once; every parcel is taken in once and given out once, by one robot.
public struct TaskLedger: Sendable {
  private struct Entry: Sendable {
    var carriesParcel: Bool
    var loadedBy: RobotIndex?
    var isUnloaded = false
    var end: String?
  }

  private var entries: [TaskID: Entry] = [:]
  /// Tasks submitted so far.
  public var submittedCount: Int { entries.count }
  /// Tasks that have ended.
  public private(set) var endedCount = 0

  public init() {}

  /// The server accepted a task as new.
  public mutating func submitted(_ task: TaskID, carriesParcel: Bool) -> [Violation] {
    guard entries[task] == nil else { return [.taskSubmittedTwice(task)] }
    entries[task] = Entry(carriesParcel: carriesParcel)
    return []
  }

  /// A robot took the task's parcel in.
  public mutating func loaded(_ task: TaskID, by robot: RobotIndex) -> [Violation] {
    guard var entry = entries[task] else { return [.taskUnknown(task)] }
    guard entry.loadedBy == nil else { return [.parcelLost(task, .loadedTwice)] }
    entry.loadedBy = robot
    entries[task] = entry
    return []
  }

  /// A robot gave the task's parcel out.
  public mutating func unloaded(_ task: TaskID, by robot: RobotIndex) -> [Violation] {
    guard var entry = entries[task] else { return [.taskUnknown(task)] }
    guard let loader = entry.loadedBy else { return [.parcelLost(task, .neverLoaded)] }
    guard loader == robot else { return [.parcelLost(task, .unloadedByAnother)] }
    guard !entry.isUnloaded else { return [.parcelLost(task, .unloadedTwice)] }
    entry.isUnloaded = true
    entries[task] = entry
    return []
  }

  /// The server told that a task has ended.
  public mutating func ended(_ task: TaskID, as state: TaskState) -> [Violation] {
    guard var entry = entries[task] else { return [.taskUnknown(task)] }
    if let first = entry.end { return [.taskEndedTwice(task, first: first, then: state.name)] }
    entry.end = state.name
    entries[task] = entry
    endedCount += 1
    guard entry.carriesParcel, state == .completed else { return [] }
    if entry.loadedBy == nil { return [.parcelLost(task, .neverLoaded)] }
    return entry.isUnloaded ? [] : [.parcelLost(task, .neverUnloaded)]
  }

  /// Tasks that have not ended, by id.
  public var open: [TaskID] {
    entries.filter { $0.value.end == nil }.map(\.key).sorted()
  }

  /// A violation for each task that is open when all should have ended.
  public func violationsAtEnd() -> [Violation] { open.map { .taskOpen($0) } }
}
