import FleetModel

/// Questions to a server and its answers. Rendering is tested against one without a broker.
protocol OperatorChannel: AnyObject {
  /// Asks `command` until it is answered, at most `patience` long.
  /// - Throws: `unreachable` or `timeout`, with exit code 3.
  func ask(_ command: OperatorCommand, patience: Duration) throws(CommandFailure) -> OperatorReply

  /// What the fleet has told since the last call, where the channel was made to listen.
  func takeNotices() -> [FleetNotice]
}

extension OperatorChannel {
  /// Asks with the usual patience, and throws what the server refuses.
  func ask(_ command: OperatorCommand) throws(CommandFailure) -> OperatorReply {
    let reply = try ask(command, patience: .seconds(10))
    if case .refused(let refusal) = reply { throw CommandFailure(refusal) }
    return reply
  }
}

extension OperatorReply {
  /// Another reply than the request can have.
  var unexpected: CommandFailure {
    CommandFailure(
      "protocol", "the server answered something else than was asked",
      hint: "are server and command of the same version?")
  }
}
