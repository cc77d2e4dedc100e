/// Something that goes wrong, as a plain value: what a run was given can be written down, cut
/// smaller and given again.
public struct Fault: Sendable, Equatable {
  /// Since the start of the run.
  public var after: Duration
  public var kind: FaultKind
  /// Position in the fleet; nil where the kind concerns no robot of its own.
  public var robot: Int?
  /// How long it lasts; zero where the kind is over at once.
  public var lasting: Duration
  /// See `FaultKind`.
  public var amount: Int
  /// See `FaultKind`.
  public var x: Int
  /// See `FaultKind`.
  public var y: Int
  /// Happens to the server's so-manieth event instead of at a time (server crashes only).
  public var event: Int64?

  public init(
    after: Duration, _ kind: FaultKind, robot: Int? = nil, lasting: Duration = .zero,
    amount: Int = 0, x: Int = 0, y: Int = 0, event: Int64? = nil
  ) {
    self.after = after
    self.kind = kind
    self.robot = robot
    self.lasting = lasting
    self.amount = amount
    self.x = x
    self.y = y
    self.event = event
  }
}

/// The ways in which things go wrong; the raw value is the name in scenario files, for rates and
/// in lists.
public enum FaultKind: String, Sendable, Hashable, Codable, CaseIterable {
  // Robots

  /// The robot brakes and stands, as before an obstacle.
  case stops
  /// It drives at `amount` permille of its speed.
  case slowDowns = "slow_downs"
  /// Its emergency stop is pressed, and released at the end.
  case emergencyStops = "emergency_stops"
  /// Its battery has `amount` permille left; at the end a charged one is put in.
  case drainedBatteries = "drained_batteries"
  /// It forgets order, actions and session, and connects again at the end.
  case reboots

  /// It reboots at the end, is away for `amount` milliseconds, and comes back with the route that it had
  /// at the beginning.
  case oldRoutes = "old_routes"
  /// It drives `amount` millimetres beyond its release.
  case overruns
  /// It leaves its route for the place `x`, `y` millimetres off.
  case strays
  /// Somebody puts it elsewhere nearby (`amount` chooses), `x`, `y` millimetres off a cell's middle.
  case handMoves = "hand_moves"
  /// An operator takes it over, drives it some cells by hand (`amount` chooses the way) and leaves it
  /// `x`, `y` millimetres off a cell's middle; gives it back (`amount` even), or lets the lease run out.
  case teleoperations
  /// It is switched off and taken off the site for good: an operator clears it.
  case departures
  /// What it says of its place is off by `x`, `y` millimetres.
  case mislocations
  /// What it says of its place drifts by `x`, `y` millimetres a second.
  case drifts
  /// What it does standing still fails.
  case failedActions = "failed_actions"
  /// Its clock runs `amount` millionths fast, or slow.
  case clockSkews = "clock_skews"
  /// `amount` of its old messages come again, out of their order.
  case replays
  /// `amount` messages in its name make no sense.
  case garbage

  // Links

  /// The robot's connection is gone.
  case linkLosses = "link_losses"
  /// The connection stands and nothing passes: from the robot (`amount` 1), to it (2), or both (3).
  case partitions

  // Broker and server

  /// The broker is away, and with it every connection and all that is under way. `amount` 1: it
  /// has kept retained messages.
  case brokerLosses = "broker_losses"
  /// The server's connection to the broker is gone.
  case serverCuts = "server_cuts"
  /// The server dies and starts again at the end: before it commits what an event has brought
  /// about (`amount` -1), or when it has committed and sent `amount` messages of it. Its clock is
  /// off by `x` milliseconds from then on, and what it has sent is delivered up to `y`
  /// milliseconds late.
  case serverCrashes = "server_crashes"
  /// Another server takes over on a copy of the store, and the one that is replaced goes on.
  case staleServers = "stale_servers"
  /// The server's store takes nothing.
  case fullDisks = "full_disks"

  // The site and its people

  /// Something stands on a cell (`amount` chooses) that nobody has told of.
  case obstacles
  /// A robot that nobody has enrolled (`amount` its number) sends messages.
  case ghosts
  /// An operator closes a zone (`amount` chooses), and opens it at the end.
  case zoneClosures = "zone_closures"
  /// A charger (`amount` chooses) gives no current.
  case deadChargers = "dead_chargers"
  /// `amount` tasks are asked for at once.
  case orderStorms = "order_storms"
  /// An operator cancels a task (`amount` 0), holds one up (1), or pauses (2), stops (3) or parks (4) a
  /// robot until the end; `x` chooses which.
  case interventions
}

extension FaultKind {
  /// What a rate counts: events of each robot, or of the whole site.
  var isOfRobots: Bool {
    switch self {
    case .stops, .slowDowns, .emergencyStops, .drainedBatteries, .reboots, .oldRoutes, .overruns,
      .strays,
      .handMoves, .teleoperations, .departures, .mislocations, .drifts, .failedActions,
      .clockSkews, .replays, .garbage, .linkLosses, .partitions:
      true
    case .brokerLosses, .serverCuts, .serverCrashes, .staleServers, .fullDisks, .obstacles, .ghosts,
      .zoneClosures, .deadChargers, .orderStorms, .interventions:
      false
    }
  }

  /// Between which rates (each hour, of each robot or of the site) and lengths (milliseconds)
  /// `faults.chaos: 1` draws.
  var chaos: (rate: ClosedRange<Double>, milliseconds: ClosedRange<Int>) {
    switch self {
    case .stops: (2...60, 500...45_000)
    case .slowDowns: (1...20, 5000...60_000)
    case .emergencyStops: (0.5...8, 5000...90_000)
    case .drainedBatteries: (0.2...3, 5000...60_000)
    case .reboots: (0.5...10, 2000...60_000)
    case .oldRoutes: (0.5...10, 1000...30_000)
    case .linkLosses: (2...60, 200...90_000)
    case .partitions: (1...30, 500...45_000)
    case .brokerLosses: (6...60, 500...20_000)
    case .serverCuts: (6...60, 500...20_000)
    case .serverCrashes: (10...120, 200...20_000)
    case .staleServers: (6...60, 2000...30_000)
    case .clockSkews: (1...30, 5000...60_000)
    case .fullDisks: (6...40, 500...15_000)
    case .overruns, .strays: (0.2...3, 1000...1000)
    case .handMoves: (0.2...3, 1000...1000)
    case .teleoperations: (0.2...3, 8000...60_000)
    case .departures: (0.1...1, 1000...1000)
    case .mislocations, .drifts: (0.2...3, 2000...40_000)
    case .failedActions: (0.5...5, 1000...1000)
    case .replays: (2...40, 1000...1000)
    case .garbage: (2...40, 1000...1000)
    case .obstacles: (20...200, 5000...60_000)
    case .ghosts: (20...200, 1000...20_000)
    case .zoneClosures: (10...100, 5000...60_000)
    case .deadChargers: (10...60, 10_000...90_000)
    case .orderStorms: (10...60, 1000...1000)
    case .interventions: (60...1000, 1000...60_000)
    }
  }
}
