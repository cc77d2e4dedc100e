import ArgumentParser
import FleetModel
import Foundation
import MQTTTransport

/// Which server, and as whom.
public struct ConnectionOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "The server's store, where it keeps port and credentials.",
      discussion: "Default: $DROVER_STATE, or the only server in ~/.local/state/drover.",
      valueName: "dir"))
  public var state: String?

  @Option(help: ArgumentHelp("The site, where several are served.", valueName: "site"))
  public var site: String?

  @Option(
    help: ArgumentHelp(
      "A broker instead of --state: mqtt://HOST:PORT or mqtts://HOST:PORT.", valueName: "url"))
  public var broker: String?

  @Option(help: ArgumentHelp("The operator to be, with --broker.", valueName: "name"))
  public var user: String?

  @Option(help: ArgumentHelp("The operator's password, with --broker.", valueName: "file"))
  public var passwordFile: String?

  @Option(
    help: ArgumentHelp("The authority to trust, a PEM file, with --broker.", valueName: "file"))
  public var caFile: String?

  public init() {}

  public func validate() throws {
    if broker != nil {
      if state != nil { throw ValidationError("--broker and --state exclude each other") }
      guard site != nil, user != nil, passwordFile != nil else {
        throw ValidationError("--broker needs --site, --user and --password-file as well")
      }
    } else if user != nil || passwordFile != nil || caFile != nil {
      throw ValidationError("--user, --password-file and --ca-file go with --broker URL")
    }
  }

  /// The directory of the store; nil with `--broker`.
  func directory() throws(CommandFailure) -> String? {
    if broker != nil { return nil }
    return try StateDirectory.find(
      given: state, site: site, environment: CommandContext.current.environment)
  }

  /// Address and credentials.
  func access() throws(CommandFailure) -> OperatorAccess {
    if let broker { return try access(broker: broker) }
    guard let directory = try directory() else { preconditionFailure("no broker, no directory") }
    guard let access = try OperatorAccess.read(fromState: directory) else {
      throw .unreachable(
        "no server state in \(directory)", hint: Self.startHint(directory, site: site))
    }
    if let site, site != access.site.text {
      throw .unreachable(
        "the server of \(directory) serves \(access.site), not \(site)",
        hint: "leave --site out, or name another directory with --state")
    }
    guard try isServed(directory) else {
      throw .unreachable(
        "no server is running on \(directory)",
        hint: Self.startHint(directory, site: access.site.text))
    }
    return access
  }

  /// Whether a server runs there; one that was killed has a moment to be started again.
  private func isServed(_ directory: String) throws(CommandFailure) -> Bool {
    for attempt in 0..<15 {
      if attempt > 0 { CommandContext.current.sleep(.milliseconds(200)) }
      if try StateDirectory.holder(directory) != nil { return true }
    }
    return false
  }

  private func access(broker: String) throws(CommandFailure) -> OperatorAccess {
    guard let site, let user, let passwordFile else {
      throw CommandFailure("usage", "--broker needs --site, --user and --password-file as well")
    }
    do {
      let endpoint = try MQTTEndpoint(url: broker, authorityFile: caFile)
      let password = try String(contentsOfFile: passwordFile, encoding: .utf8)
      return OperatorAccess(
        site: try SiteID(site), host: endpoint.host, port: endpoint.port,
        user: try OperatorID(user),
        password: password.trimmingCharacters(in: .whitespacesAndNewlines),
        ca: caFile, tls: endpoint.tls != nil)
    } catch let error as IdentifierError {
      throw CommandFailure("invalid", error.description)
    } catch let error as MQTTEndpointError {
      throw CommandFailure("invalid", error.description)
    } catch {
      throw CommandFailure("file", "cannot read \(passwordFile)", hint: "is it there, and yours?")
    }
  }

  private static func startHint(_ directory: String, site: String?) -> String {
    "start one with `drover serve \(site ?? "SITE") --state \(directory)`"
  }
}
