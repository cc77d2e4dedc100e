import FleetPorts
import MQTTTransport

/// Why a server cannot start or go on.
public enum ServerError: Error {
  case store(StoreError)
  case broker(BrokerError)
  case transport(TransportError)
  case enrolment(EnrolmentError)
  /// A row of the store that cannot be read.
  case damaged(table: StoreTable, key: String, reason: String)
  case unencodable(String)
  /// The store was made for another map.
  case otherMap(site: String)
  /// The robots obey a server with this epoch, which is higher.
  case superseded(by: UInt64)
}

extension ServerError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .store(let error): error.description
    case .broker(let error): error.description
    case .transport(let error): "\(error)"
    case .enrolment(let error): error.description
    case .damaged(let table, let key, let reason):
      "the store's entry \(key) in \(table.rawValue) is damaged: \(reason)"
    case .unencodable(let reason): "cannot be written to the store: \(reason)"
    case .otherMap(let site):
      "the store was made for another map than \(site) has now: its promises name other places"
    case .superseded(let epoch):
      "most robots obey another server (epoch \(epoch)): nothing that this one says counts"
    }
  }

  /// What to do about it.
  public var hint: String {
    switch self {
    case .store(let error): error.hint
    case .broker(.programMissing(_, let package)): "install it: apt install \(package)"
    case .broker(.invalidSettings): ""
    case .broker: "see broker/ in the state directory for the broker's log"
    case .transport: ""
    case .enrolment(let error): error.refusal.hint
    case .damaged: "put a copy of the store back; the entry can also be deleted with sqlite3"
    case .otherMap: "undo the change of the map, or start afresh with another --state directory"
    case .superseded(let epoch):
      "if no other server runs, this --state is older than what the robots have heard: "
        + "put its newest copy back"
        + (epoch <= ServerEpoch.highestFloor
          ? "; where there is none, see --above-epoch \(epoch) in `drover serve --help`" : "")
    case .unencodable: "this is a defect of drover: please report it"
    }
  }
}
