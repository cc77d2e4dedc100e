import FleetModel
import Foundation
import MQTTTransport

/// How an operator reaches a server. The server writes it to `DIR/operator.json`, which only its
/// owner can read, and operator commands find it there.
public struct OperatorAccess: Codable, Equatable, Sendable {
  public var site: SiteID
  /// The broker's listener for operators.
  public var host: String
  public var port: UInt16
  /// The broker's listener for robots; nil: the same.
  public var robotPort: UInt16?
  public var user: OperatorID
  public var password: String
  /// A PEM file of the authority to trust; with it the connection is TLS.
  public var ca: String?
  /// TLS with the system's authorities; nil: only when `ca` is there.
  public var tls: Bool?
  /// The site's `site.yaml`, for drawing its map; nil: unknown.
  public var sitePath: String?

  public init(
    site: SiteID, host: String, port: UInt16, robotPort: UInt16? = nil, user: OperatorID,
    password: String, ca: String? = nil, tls: Bool? = nil, sitePath: String? = nil
  ) {
    self.site = site
    self.host = host
    self.port = port
    self.robotPort = robotPort
    self.user = user
    self.password = password
    self.ca = ca
    self.tls = tls
    self.sitePath = sitePath
  }

  /// The broker for operators.
  public var endpoint: MQTTEndpoint {
    let secure = tls ?? (ca != nil)
    return MQTTEndpoint(
      host: host, port: port, tls: secure ? TLSSettings(authorityFile: ca) : nil)
  }

  /// Where a server with the store `directory` keeps it.
  public static func path(inState directory: String) -> String { directory + "/operator.json" }

  /// Reads the file in `directory`; nil: there is none.
  public static func read(fromState directory: String) throws(CommandFailure) -> OperatorAccess? {
    let path = path(inState: directory)
    do {
      return try JSONDecoder().decode(
        OperatorAccess.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch CocoaError.fileReadNoSuchFile {
      return nil
    } catch CocoaError.fileReadNoPermission {
      throw CommandFailure(
        "file", "no permission to read \(path)",
        hint: "run as the user who started the server, or have an operator enrolled for yourself")
    } catch {
      throw CommandFailure(
        "file", "\(path) is damaged: \(error)", hint: "restart the server: it writes a new one")
    }
  }

  /// Writes the file in `directory` (which must exist), readable by its owner only, all or nothing.
  public func write(toState directory: String) throws(CommandFailure) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      try PrivateFile.write(
        [UInt8](try encoder.encode(self)) + [10], to: Self.path(inState: directory))
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure("file", "cannot write \(Self.path(inState: directory)): \(error)")
    }
  }
}

/// Files with secrets.
public enum PrivateFile {
  /// Replaces the file at `path` in one step; only its owner can read it.
  public static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    let new = path + ".new"
    unlink(new)
    let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(new) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try handle.write(contentsOf: bytes)
      try handle.synchronize()
      try handle.close()
    } catch {
      throw CommandFailure("file", "cannot write \(new): \(error)")
    }
    guard rename(new, path) == 0 else { throw failure(path) }
  }

  private static func failure(_ path: String) -> CommandFailure {
    CommandFailure("file", "cannot write \(path): \(String(cString: strerror(errno)))")
  }
}
