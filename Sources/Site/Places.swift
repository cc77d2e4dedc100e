import FleetModel
import Grid

/// Where loads are picked up and dropped: one or more bays, each of which one robot stands on.
public struct Station: Sendable, Equatable {
  public let id: StationID
  public let title: String
  /// At least one, no two alike.
  public let bays: [VertexID]
}

/// A cell with a charging contact.
public struct Charger: Sendable, Equatable {
  public let id: StationID
  public let vertex: VertexID
}

/// A cell where an idle robot blocks nobody.
public struct ParkingPlace: Sendable, Equatable {
  public let id: StationID
  public let vertex: VertexID
}

/// Anything a robot can be sent to by name. The three kinds share one space of names.
public enum Place: Sendable, Equatable {
  case station(Station)
  case charger(Charger)
  case parking(ParkingPlace)

  public var id: StationID {
    switch self {
    case .station(let station): station.id
    case .charger(let charger): charger.id
    case .parking(let place): place.id
    }
  }

  /// The cells where a robot may stand for it.
  public var vertices: [VertexID] {
    switch self {
    case .station(let station): station.bays
    case .charger(let charger): [charger.vertex]
    case .parking(let place): [place.vertex]
    }
  }
}

/// A tour for guards.
public struct PatrolRoute: Sendable, Equatable {
  public let id: RouteID
  public let title: String
  /// In the order in which they are visited; at least one.
  public let checkpoints: [VertexID]
  /// Standing time at each checkpoint; at least 0.
  public let inspectMilliseconds: Int64
}

/// Cells to be swept together.
public struct SweepArea: Sendable, Equatable {
  public let id: AreaID
  public let title: String
  /// Ascending, no two alike; at least one.
  public let cells: [VertexID]
}

/// How many robots of a class work here by default.
public struct RobotGroup: Sendable, Equatable {
  public let vehicle: ClassID
  /// 0 to 100,000.
  public let count: Int
  public init(vehicle: ClassID, count: Int) {
    self.vehicle = vehicle
    self.count = count
  }
}
