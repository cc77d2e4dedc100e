import Determinism

/// How a swarm is doing.
public struct SwarmStatus: Sendable, Equatable, Codable {
  /// In the swarm.
  public var robots = 0
  /// With an open session.
  public var connected = 0
  /// Driving or turning.
  public var moving = 0
  /// Held by their watchdog.
  public var held = 0
  /// In a mode other than automatic.
  public var outOfOrder = 0
  /// Since the swarm was made.
  public var virtualSeconds = 0.0
  /// Published by all robots.
  public var messagesSent = 0
  /// Received by all robots; a heartbeat counts once for each.
  public var messagesReceived = 0
  /// Overlaps of true outlines that have begun.
  public var collisions = 0
  /// By all robots together.
  public var drivenMetres = 0.0

  /// Nothing yet.
  public init() {}
}

/// What a swarm has done and seen.
public struct SwarmReport: Sendable, Equatable, Codable {
  /// At the end, before the robots said goodbye.
  public var status = SwarmStatus()
  /// The first few, in words.
  public var collisionDetails: [String] = []
  /// Robots that were too fast to stop before the end of what they had acknowledged.
  public var overruns = 0
  /// Looks at all true poses.
  public var collisionChecks = 0
  /// Processor time of this process.
  public var cpuSeconds = 0.0
  /// How long the run took.
  public var realSeconds = 0.0
  /// Messages not sent, since too much was waiting; robots say what matters again.
  public var messagesDropped = 0
  /// Connections that were made, the first ones included.
  public var connects = 0
  /// Faults that were made on purpose.
  public var stops = 0
  /// Links cut on purpose.
  public var linkLosses = 0
  /// How far virtual time fell behind at most, in virtual milliseconds: above 50 or so the
  /// machine was too slow for a while.
  public var largestLagMilliseconds = 0.0
  /// What else was wrong (refused connections, undecodable messages): the first few, in words.
  public var problems: [String] = []

  /// Nothing yet.
  public init() {}
}
