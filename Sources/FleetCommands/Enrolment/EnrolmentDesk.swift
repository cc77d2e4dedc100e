import FleetModel
import FleetPorts
import FleetServer
import FleetStore

/// Makes and takes credentials: through the server that holds the store, or, where none does, in
/// the store itself.
struct EnrolmentDesk {
  private enum Way {
    case server(any OperatorChannel)
    case store(Enrolments)
  }
  private let way: Way

  init(_ connection: ConnectionOptions) throws(CommandFailure) {
    let context = CommandContext.current
    guard let directory = try connection.storeWithoutServer() else {
      way = .server(try context.connect(connection, false))
      return
    }
    do throws(StoreError) {
      context.printError("no server runs on \(directory): writing to its store")
      let store = try SQLiteStore(directory: directory)
      way = .store(Enrolments(store, hash: CredentialDesk.hash))
    } catch { throw CommandFailure(error) }
  }

  /// Enrols `names` in their order and tells each as soon as it is made: a server makes one after
  /// the other, a store all or none.
  func enrol(
    _ names: [String], _ role: Role, made: (Credential) -> Void
  ) throws(CommandFailure) {
    switch way {
    case .server(let channel):
      for name in names {
        let reply = try channel.ask(.enrol(name: name, role: role))
        guard case .credential(let name, let password) = reply else { throw reply.unexpected }
        made(Credential(name: name, password: password))
      }
    case .store(let enrolments):
      do throws(EnrolmentError) {
        let passwords = try enrolments.enrol(
          names: names, role: role, by: Self.actor, timeMicroseconds: now)
        for (name, password) in zip(names, passwords) {
          made(Credential(name: name, password: password))
        }
      } catch { throw CommandFailure(error.refusal) }
    }
  }

  func remove(_ name: String, _ role: Role) throws(CommandFailure) {
    switch way {
    case .server(let channel):
      let reply = try channel.ask(.removeEnrolment(name: name, role: role))
      guard case .done = reply else { throw reply.unexpected }
    case .store(let enrolments):
      do throws(EnrolmentError) {
        try enrolments.remove(name: name, role: role, by: Self.actor, timeMicroseconds: now)
      } catch { throw CommandFailure(error.refusal) }
    }
  }

  private static let actor = "local"
  private var now: Int64 { CommandContext.current.clock.now().microseconds }
}

extension ConnectionOptions {
  /// The store to write in directly: one that is named and that no server holds. nil: ask a server.
  fileprivate func storeWithoutServer() throws(CommandFailure) -> String? {
    let environment = CommandContext.current.environment
    guard broker == nil, state != nil || site != nil || environment["DROVER_STATE"] != nil,
      let directory = try directory()
    else { return nil }
    return try StateDirectory.holder(directory) == nil ? directory : nil
  }
}
