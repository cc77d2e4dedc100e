import CLinux
import Glibc

/// The private broker's ports on 127.0.0.1, one for each kind of user.
public struct BrokerPorts: Hashable, Sendable {
  /// For the server itself.
  public var server: UInt16
  /// For robots.
  public var robots: UInt16
  /// For operators.
  public var operators: UInt16

  /// Names the ports.
  public init(server: UInt16, robots: UInt16, operators: UInt16) {
    self.server = server
    self.robots = robots
    self.operators = operators
  }

  /// Three ports that are free at this moment.
  static func free() throws(BrokerError) -> BrokerPorts {
    // All are held at once, so that they differ.
    let probes = [PortProbe(port: 0), PortProbe(port: 0), PortProbe(port: 0)]
    let ports = probes.compactMap { $0?.port }
    guard ports.count == 3 else {
      throw .process(program: "mosquitto", reason: "no free TCP port on 127.0.0.1")
    }
    return BrokerPorts(server: ports[0], robots: ports[1], operators: ports[2])
  }

  /// Nobody listens on any of them.
  var areFree: Bool {
    Set([server, robots, operators]).count == 3
      && [server, robots, operators].allSatisfy { PortProbe(port: $0) != nil }
  }
}

/// Listens on a loopback port for its life.
private final class PortProbe {
  private let socket: Int32
  let port: UInt16

  /// - Parameter port: 0 for any. - Returns: nil when the port is taken.
  init?(port: UInt16) {
    let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 1) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard bound else {
      close(descriptor)
      return nil
    }
    self.socket = descriptor
    self.port = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(socket) }
}

/// Where the broker listens beyond this machine, with TLS.
public struct BrokerPublicListener: Hashable, Sendable {
  /// The local address to listen on; `0.0.0.0` for all of IPv4, `::` for all.
  public var host: String
  /// The port for robots.
  public var robotsPort: UInt16
  /// The port for operators.
  public var operatorsPort: UInt16
  /// The certificate chain, PEM.
  public var certificateFile: String
  /// The private key, PEM, readable by this process's user.
  public var keyFile: String

  /// Makes a listener.
  public init(
    host: String, robotsPort: UInt16, operatorsPort: UInt16, certificateFile: String,
    keyFile: String
  ) {
    self.host = host
    self.robotsPort = robotsPort
    self.operatorsPort = operatorsPort
    self.certificateFile = certificateFile
    self.keyFile = keyFile
  }

  var fault: String? {
    for file in [certificateFile, keyFile] where access(file, R_OK) != 0 {
      return "\(file): \(MosquittoClient.systemText(errno))"
    }
    for text in [host, certificateFile, keyFile] where text.contains(where: \.isNewline) {
      return "a line break in '\(text)'"
    }
    if host.isEmpty || host.contains(" ") { return "'\(host)' is no address to listen on" }
    return robotsPort == operatorsPort ? "robots and operators need different ports" : nil
  }
}
