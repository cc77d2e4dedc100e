import FleetModel

/// Where each parcel is: at its station, aboard one robot, or given out. What robots do in truth is held
/// against what is truly on them.
public struct CustodyChecker: Sendable {
  /// Parcel -> the robot that has it aboard.
  private var aboard: [TaskID: RobotIndex] = [:]
  /// Robot -> the parcel it has aboard.
  private var parcel: [TaskID?]
  /// Looks in a row at which truth and the parcel of the robot disagreed.
  private var odd: [Int]
  private var ends: [TaskID: TaskState] = [:]

  public init(robots: Int) {
    parcel = [TaskID?](repeating: nil, count: robots)
    odd = [Int](repeating: 0, count: robots)
  }

  /// A robot has taken a parcel in.
  public mutating func loaded(_ task: TaskID, by robot: RobotIndex) -> [Violation] {
    if let other = parcel[robot.index], other != task {
      return [.parcelLost(task, .twoAboard)]
    }
    parcel[robot.index] = task
    aboard[task] = robot
    return []
  }

  /// A robot has given a parcel out.
  public mutating func unloaded(_ task: TaskID, by robot: RobotIndex) {
    aboard[task] = nil
    if parcel[robot.index] == task { parcel[robot.index] = nil }
  }

  /// The robot is gone, with what it has aboard, or somebody has taken that off.
  public mutating func emptied(_ robot: RobotIndex) {
    if let task = parcel[robot.index] { aboard[task] = nil }
    parcel[robot.index] = nil
  }

  public mutating func ended(_ task: TaskID, as state: TaskState) { ends[task] = state }

  /// - Parameter isLoaded: whether something is on the robot in truth.
  /// - Complexity: O(robots)
  public mutating func check(_ isLoaded: [Bool]) -> [Violation] {
    var found: [Violation] = []
    for (i, isLoaded) in isLoaded.enumerated() {
      odd[i] = !isLoaded && parcel[i] != nil ? odd[i] + 1 : 0
      if odd[i] == 3, let task = parcel[i] { found.append(.parcelLost(task, .notAboard)) }
    }
    return found
  }

  /// Parcels of cancelled tasks that were never brought back, by task.
  public func violationsAtEnd() -> [Violation] {
    aboard.keys.sorted().compactMap { task in
      switch ends[task] {
      case .cancelled: .parcelLost(task, .stillAboard)
      default: nil
      }
    }
  }
}
