import FleetModel

/// The last reply to each of the latest clients, so that a redelivered request is answered again
/// and not done again.
public struct ReplyMemory: Sendable {
  private static let clientsKept = 512

  private struct Entry: Sendable {
    let number: UInt64
    let reply: OperatorReply
  }

  private var entries: [ClientID: Entry] = [:]
  private var order: [ClientID] = []

  public init() {}

  /// What was answered to request `number` of `client`; nil: it is new.
  public func reply(to client: ClientID, number: UInt64) -> OperatorReply? {
    guard let entry = entries[client], entry.number == number else { return nil }
    return entry.reply
  }

  /// Keeps a reply.
  public mutating func remember(_ reply: OperatorReply, to client: ClientID, number: UInt64) {
    if entries.updateValue(Entry(number: number, reply: reply), forKey: client) == nil {
      order.append(client)
    }
    if order.count > Self.clientsKept { entries[order.removeFirst()] = nil }
  }
}
