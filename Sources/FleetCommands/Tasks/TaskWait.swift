import Determinism
import FleetModel

/// Follows a task to its end, through restarts of the server.
struct TaskWait {
  let connection: ConnectionOptions
  let output: OutputOptions

  /// How often the server is asked.
  private static let interval = Duration.milliseconds(500)
  /// How long a server may stay away.
  private static let patience = Duration.seconds(120)

  /// Shows how `task` gets on until it has ended.
  /// - Throws: a failure with exit code 1 when it ended otherwise than completed.
  func run(_ task: TaskRecord, on channel: any OperatorChannel) throws(CommandFailure) {
    let context = CommandContext.current
    var channel = channel
    var task = task
    var shown = ""
    if !output.json { context.print("\(task.id) submitted (key \(task.key))") }
    while true {
      if !output.json, shown != TaskText.progress(task) {
        shown = TaskText.progress(task)
        context.print(shown.cut(to: context.width ?? 1000))
      }
      if task.state.isEnded { return try end(task) }
      context.sleep(Self.interval)
      task = try poll(task, on: &channel)
    }
  }

  /// Asks for the task; while the server is away, again and again on new connections.
  private func poll(
    _ task: TaskRecord, on channel: inout any OperatorChannel
  ) throws(CommandFailure) -> TaskRecord {
    let context = CommandContext.current
    let start = context.clock.now()
    var told = false
    while true {
      do throws(CommandFailure) {
        let reply = try channel.ask(.showTask(task.id))
        guard case .task(let now) = reply else { throw reply.unexpected }
        return now
      } catch {
        guard error.status == .unreachable, context.clock.now() - start < Self.patience else {
          throw error
        }
        if !told { context.printError("\(error.message); the task is kept, still trying") }
        told = true
        context.sleep(.seconds(1))
      }
      do throws(CommandFailure) {
        channel = try connection.channel()
      } catch {
        guard error.status == .unreachable, context.clock.now() - start < Self.patience else {
          throw error
        }
      }
    }
  }

  private func end(_ task: TaskRecord) throws(CommandFailure) {
    if output.json { CommandContext.current.print(try JSONText.encode(TaskJSON(task))) }
    if task.state == .completed { return }
    throw CommandFailure(
      task.state.name, "\(task.id) \(TaskText.state(task.state))",
      hint: "see `drover explain task \(task.id)`")
  }
}
