import Determinism
import FleetModel

/// Tasks as people read them.
enum TaskText {
  /// A table, or what to do where there are none.
  static func list(_ tasks: [TaskRecord], width: Int?) -> [String] {
    if tasks.isEmpty { return ["no tasks"] }
    let table = Table(
      [
        .init("TASK", least: 8), .init("KIND"), .init("STATE", least: 10), .init("ROBOT", least: 8),
        .init("DONE", right: true), .init("PRIO", right: true), .init("SUBMITTED", least: 8),
        .init("WHAT", least: 12),
      ],
      rows: tasks.map { task in
        [
          task.id.text, task.spec.body.kind.rawValue, state(task.state), task.robot?.text ?? "-",
          percent(task.progressPermille), "\(task.spec.priority)", task.submitted.short,
          what(task.spec.body),
        ]
      })
    return table.lines(width: width)
  }

  /// Everything known of one task.
  static func details(_ task: TaskRecord) -> [String] {
    var lines = [
      ("task", task.id.text), ("what", "\(task.spec.body.kind.rawValue) \(what(task.spec.body))"),
      ("state", state(task.state)),
    ]
    if !task.note.isEmpty { lines.append(("doing", task.note)) }
    lines.append(("robot", robot(task)))
    lines.append(("progress", percent(task.progressPermille)))
    lines.append(("priority", "\(task.spec.priority)"))
    lines.append(("key", task.key.text))
    lines.append(("owner", task.owner.text))
    lines.append(("submitted", task.submitted.iso8601))
    if let started = task.started { lines.append(("started", started.iso8601)) }
    if let ended = task.ended { lines.append(("ended", ended.iso8601)) }
    lines.append(("driven", "\(task.drivenCells) cells"))
    if task.reassignments > 0 { lines.append(("reassigned", "\(task.reassignments) times")) }
    return lines.map { $0.0.padded(to: 12) + $0.1.cut(to: 1000) }
  }

  /// Two ends, a route, an area or a place, in a few words.
  static func what(_ body: TaskBody) -> String {
    switch body {
    case .deliver(let it): "\(it.pickup) -> \(it.drop)\(it.releaseCode == nil ? "" : " (code)")"
    case .patrol(let it): "\(it.route) \(extent(it.extent))"
    case .sweep(let it): "\(it.area)"
    case .goTo(let it):
      switch it.target {
      case .station(let station): "\(station)"
      case .cell(let cell): "\(cell)"
      }
    }
  }

  static func state(_ state: TaskState) -> String {
    state.reason.map { "\(state.name): \($0)" } ?? state.name
  }

  static func percent(_ permille: Int32) -> String { "\(permille / 10)%" }

  /// One line of progress.
  static func progress(_ task: TaskRecord) -> String {
    var text = "\(task.id) \(state(task.state)) \(percent(task.progressPermille))"
    if let robot = task.robot { text += " \(robot)" }
    if !task.note.isEmpty { text += ": \(task.note)" }
    return text
  }

  private static func robot(_ task: TaskRecord) -> String {
    let only = task.spec.robot.map { " (only \($0))" } ?? ""
    return (task.robot?.text ?? "none yet") + only
  }

  private static func extent(_ extent: Patrol.Extent) -> String {
    switch extent {
    case .rounds(1): "1 round"
    case .rounds(let rounds): "\(rounds) rounds"
    case .until(let time): "until \(time.short)"
    }
  }
}

extension String {
  /// The text with spaces behind it, `width` characters at least.
  func padded(to width: Int) -> String {
    count >= width ? self : self + String(repeating: " ", count: width - count)
  }
}
