import Determinism
import FleetModel
import FleetPorts
import FleetServer
import Foundation
import MQTTTransport
import Site

/// What one run of the server needs beside its site: a broker, and an account for its owner.
struct ServerRun {
  let site: Site
  let sitePath: String
  let directory: String
  let storage: any FleetStorage
  /// The owner's account on the private broker, new at every start.
  private(set) var owner: Enrolments.Enrolment?
  private var password = ""
  private var broker: FleetServer.BrokerChoice?

  /// The operator account of whoever can read the state directory.
  private static let ownerName = "drover-owner"
  private static let portsKey = "broker.ports"

  init(site: Site, sitePath: String, directory: String, storage: any FleetStorage) {
    self.site = site
    self.sitePath = sitePath
    self.directory = directory
    self.storage = storage
  }

  mutating func choose(
    broker other: OtherBrokerOptions, listener: ListenerOptions
  ) throws(CommandFailure) {
    if let connection = try other.connection(site: site.id) {
      broker = .other(connection)
      return
    }
    do {
      broker = .own(
        preferredPorts: try lastPorts(), publicListener: try listener.publicListener())
      password = lastPassword() ?? Enrolments.randomPassword()
      let hash = try PrivateBroker.hash(passwords: [password])[0]
      owner = Enrolments.Enrolment(name: Self.ownerName, role: .operator, hash: hash)
    } catch let error as StoreError {
      throw CommandFailure(error)
    } catch let error as BrokerError {
      throw CommandFailure(.broker(error))
    } catch {
      throw CommandFailure("listen", "\(error)")
    }
  }

  func settings(seed: Seed) -> FleetServer.Settings {
    guard let broker else { preconditionFailure("no broker was chosen") }
    return FleetServer.Settings(
      site: site, stateDirectory: directory, broker: broker, seed: seed)
  }

  /// Keeps ports for the next start, and port and credentials where the owner's commands find them.
  func publishAccess(_ server: FleetServer) throws(ServerError) {
    guard let ports = server.brokerPorts else { return }
    do {
      let text = "\(ports.server) \(ports.robots) \(ports.operators)"
      try storage.commit([.put(.settings, key: Self.portsKey, value: [UInt8](text.utf8))])
      try OperatorAccess(
        site: site.id, host: "127.0.0.1", port: ports.operators, robotPort: ports.robots,
        user: try OperatorID(Self.ownerName), password: password,
        sitePath: URL(fileURLWithPath: sitePath).standardizedFileURL.path
      ).write(toState: directory)
    } catch let error as StoreError {
      throw .store(error)
    } catch {
      throw .broker(.file(path: directory, reason: "\(error)"))
    }
  }

  /// The owner's password of the last run, so that commands that are waiting go on after a restart. A
  /// file that cannot be read is written anew.
  private func lastPassword() -> String? {
    do {
      let last = try OperatorAccess.read(fromState: directory)
      return last?.site == site.id && last?.user.text == Self.ownerName ? last?.password : nil
    } catch { return nil }
  }

  /// The ports of the last run, so that robots find the broker again.
  private func lastPorts() throws(StoreError) -> BrokerPorts? {
    guard let value = try storage.value(.settings, key: Self.portsKey) else { return nil }
    let ports = String(decoding: value, as: UTF8.self).split(separator: " ").compactMap {
      UInt16($0)
    }
    guard ports.count == 3 else { return nil }
    return BrokerPorts(server: ports[0], robots: ports[1], operators: ports[2])
  }
}

extension CommandFailure {
  /// Why a server cannot start or go on.
  init(_ error: ServerError) {
    self.init("server", error.description, hint: error.hint)
  }
}
