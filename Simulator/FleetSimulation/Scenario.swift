import Determinism
import FleetModel

/// What a run simulates and what it must show, as written in `Simulator/Scenarios/*.yaml`
/// (docs/simulator.md describes every key).
///
/// How to read this folder: `Scenario` is what is asked for and `ScenarioFile` reads it,
/// `Simulation` runs it: an event queue around the real core, the real codec, `SimulatedNetwork` and
/// virtual robots. `DemandGenerator` and `FaultPlan` say what happens, `World` checks what is true,
/// `TravelMeter` measures, `RunReport` tells the outcome and `Gate` judges it.
public struct Scenario: Sendable, Equatable {
  public var name: String
  /// As written: a site's name or path.
  public var site: String
  /// Of runs for which no other is given.
  public var seed: UInt64?
  public var robots: Robots
  public var duration: Duration
  /// The first part of the duration, left out of shares and ratios.
  public var warmup: Duration
  /// After the duration demand stops and faults heal; so long may the rest take.
  public var drainLimit: Duration
  public var demand = Demand()
  public var tasks = TaskParameters()
  public var network = NetworkSettings()
  public var vehicles = VehicleSettings()
  public var faults = Faults()
  public var gates = GateLimits()
  public var fleet = FleetOverrides()

  public init(
    name: String, site: String, robots: Robots, duration: Duration, warmup: Duration = .zero,
    drainLimit: Duration = .seconds(900)
  ) {
    self.name = name
    self.site = site
    self.robots = robots
    self.duration = duration
    self.warmup = warmup
    self.drainLimit = drainLimit
  }

  /// The fleet that is simulated.
  public enum Robots: Sendable, Equatable {
    /// The site's default fleet.
    case ofSite
    /// So many, in the proportions of the site's default fleet.
    case count(Int)
    /// So many of each class, in this order.
    case perClass([ClassCount])
  }

  public struct ClassCount: Sendable, Equatable {
    public var vehicle: ClassID
    public var count: Int
    public init(vehicle: ClassID, count: Int) {
      self.vehicle = vehicle
      self.count = count
    }
  }

  /// What operators ask for.
  public struct Demand: Sendable, Equatable {
    public enum Volume: Sendable, Equatable {
      /// Tasks are submitted so that this share of the robots of each class has one.
      case keepBusy(Double)
      /// Tasks of all kinds in an hour, at random times.
      case perHour(Double)
    }
    public var volume = Volume.keepBusy(0.95)
    /// How often each kind is asked for, in proportion; by `TaskKind.allCases`.
    public var weights: [Int] = TaskKind.allCases.map { _ in 1 }
    public init() {}
    /// How often `kind` is asked for, in proportion to the others.
    public func weight(_ kind: TaskKind) -> Int {
      zip(TaskKind.allCases, weights).first { $0.0 == kind }?.1 ?? 0
    }
  }

  /// What tasks are like. Ranges are drawn from evenly.
  public struct TaskParameters: Sendable, Equatable {
    public var loadMilliseconds: ClosedRange<Int> = 10_000...30_000
    public var unloadMilliseconds: ClosedRange<Int> = 10_000...30_000
    public var payloadGrams: ClosedRange<Int> = 500...5000
    /// Share of deliveries that a human must release with a code.
    public var withCode = 0.0
    /// How long the human takes.
    public var humanMilliseconds: ClosedRange<Int> = 5000...30_000
    public var patrolRounds: ClosedRange<Int> = 1...1
    public var priority: ClosedRange<Int> = 4...4
    public init() {}
  }

  /// What all robots have in common.
  public struct VehicleSettings: Sendable, Equatable {
    /// Permille at the start.
    public var energyPermille: ClosedRange<Int> = 600...1000
    public var heartbeatTimeoutMilliseconds: Int32 = 5000
    public init() {}
  }

  /// What goes wrong.
  public struct Faults: Sendable, Equatable {
    public struct Rate: Sendable, Equatable {
      /// Of each robot, or of the site (`FaultKind`).
      public var perHour: Double
      public var milliseconds: ClosedRange<Int>
      public init(perHour: Double, milliseconds: ClosedRange<Int>) {
        self.perHour = perHour
        self.milliseconds = milliseconds
      }
    }
    public var rates: [FaultKind: Rate] = [:]
    /// Above 0: half of the kinds without a rate of their own, others with each seed, at rates
    /// drawn from their `chaos` range times this; and a network drawn as well.
    public var chaos = 0.0
    /// Faults as they are, besides those that are drawn.
    public var list: [Fault] = []
    public init() {}
  }

  /// Departures from `FleetSettings`.
  public struct FleetOverrides: Sendable, Equatable {
    public var planningPeriod: Duration?
    public var dispatchPeriod: Duration?
    public var reaction: Duration?
    public var planAheadCells: Int32?
    public var planningBesideAbove: Int?
    public var planningLatency: Duration?
    /// Time between two ticks of the core.
    public var tickPeriod: Duration = .milliseconds(100)
    public init() {}
  }
}

/// A simulated network between robots and broker. Each direction delays on its own.
public struct NetworkSettings: Sendable, Equatable {
  public var delayMilliseconds = 40
  /// Added to the delay, drawn evenly from nothing to this.
  public var jitterMilliseconds = 30
  /// Chance that a message is lost. QoS 0: for good; QoS 1: it is sent again.
  public var loss = 0.0
  /// Chance that a QoS 1 message comes twice.
  public var duplication = 0.0
  /// After so long a lost QoS 1 message is sent again.
  public var redeliveryMilliseconds = 1000
  /// Chance that a message is held back for up to that long and overtaken by later ones.
  public var reordering = 0.0
  /// A broker that hears nothing for one and a half times this publishes the will.
  public var keepAliveMilliseconds = 10_000
  public init() {}
}
