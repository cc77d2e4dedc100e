import FleetModel

/// The latest replies to each of the latest clients, so that a redelivered request is answered
/// again and not done again.
public struct ReplyMemory: Sendable, Codable {
  private static let clientsKept = 512
  private static let repliesKept = 8

  private struct Entry: Sendable, Codable {
    let number: UInt64
    let reply: OperatorReply
  }

  private var entries: [ClientID: [Entry]] = [:]
  private var order: [ClientID] = []

  public init() {}

  /// What was answered to request `number` of `client`; nil: it is new.
  public func reply(to client: ClientID, number: UInt64) -> OperatorReply? {
    entries[client]?.first { $0.number == number }?.reply
  }

  /// Keeps a reply.
  public mutating func remember(_ reply: OperatorReply, to client: ClientID, number: UInt64) {
    var kept = entries[client] ?? []
    if kept.isEmpty { order.append(client) }
    if kept.count == Self.repliesKept { kept.removeFirst() }
    kept.append(Entry(number: number, reply: reply))
    entries[client] = kept
    if order.count > Self.clientsKept { entries[order.removeFirst()] = nil }
  }
}
