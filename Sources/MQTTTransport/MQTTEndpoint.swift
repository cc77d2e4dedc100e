/// How a TLS connection is checked.
public struct TLSSettings: Hashable, Sendable {
  /// A PEM file with the authorities to trust; nil trusts the system's own.
  public var authorityFile: String?

  /// Makes TLS settings.
  public init(authorityFile: String? = nil) {
    self.authorityFile = authorityFile
  }
}

/// Where a broker is.
public struct MQTTEndpoint: Hashable, Sendable {
  /// A name, an IPv4 address, or an IPv6 address without brackets.
  public var host: String
  /// The TCP port, 1...65535.
  public var port: UInt16
  /// TLS settings, or nil for a plain connection.
  public var tls: TLSSettings?

  /// Makes an endpoint.
  public init(host: String, port: UInt16, tls: TLSSettings? = nil) {
    self.host = host
    self.port = port
    self.tls = tls
  }

  /// Reads `mqtt://host[:port]` (port 1883) or `mqtts://host[:port]` (port 8883).
  /// - Throws: `MQTTEndpointError`, which names what is wrong.
  public init(url: String, authorityFile: String? = nil) throws(MQTTEndpointError) {
    let secure = url.hasPrefix("mqtts://")
    guard secure || url.hasPrefix("mqtt://") else { throw .unknownScheme(url) }
    let rest = url.dropFirst(secure ? 8 : 7)
    if let forbidden = rest.first(where: { "/@?# ".contains($0) }) {
      throw .unexpected(forbidden, url: url)
    }
    let (host, portText) = try Self.split(rest, url: url)
    guard !host.isEmpty else { throw .missingHost(url) }
    self.host = String(host)
    self.port = try Self.port(portText, fallback: secure ? 8883 : 1883, url: url)
    self.tls = secure ? TLSSettings(authorityFile: authorityFile) : nil
  }

  /// The URL form, as `init(url:)` reads it.
  public var url: String {
    let scheme = tls == nil ? "mqtt" : "mqtts"
    return "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
  }

  private static func split(
    _ text: Substring, url: String
  ) throws(MQTTEndpointError) -> (host: Substring, port: Substring?) {
    if text.first == "[" {
      guard let end = text.firstIndex(of: "]") else { throw .unexpected("[", url: url) }
      let tail = text[text.index(after: end)...]
      guard tail.isEmpty || tail.first == ":" else { throw .unexpected("]", url: url) }
      return (text[text.index(after: text.startIndex)..<end], tail.isEmpty ? nil : tail.dropFirst())
    }
    guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
    return (text[..<colon], text[text.index(after: colon)...])
  }

  private static func port(
    _ text: Substring?, fallback: UInt16, url: String
  ) throws(MQTTEndpointError) -> UInt16 {
    guard let text else { return fallback }
    guard text.allSatisfy(\.isASCII), let port = UInt16(text), port > 0, text.first != "+" else {
      throw .badPort(String(text), url: url)
    }
    return port
  }
}

/// Why a broker URL cannot be read.
public enum MQTTEndpointError: Error, Equatable, Sendable, CustomStringConvertible {
  /// It begins with neither `mqtt://` nor `mqtts://`.
  case unknownScheme(String)
  /// There is no host.
  case missingHost(String)
  /// The port is no number from 1 to 65535.
  case badPort(String, url: String)
  /// A character that has no place there (a path, a user name, a space).
  case unexpected(Character, url: String)

  /// One sentence for people.
  public var description: String {
    switch self {
    case .unknownScheme(let url):
      "'\(url)' is no broker address: write mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS"
    case .missingHost(let url): "'\(url)' names no host"
    case .badPort(let port, let url): "'\(port)' in '\(url)' is no port from 1 to 65535"
    case .unexpected(let character, let url):
      "'\(character)' has no place in '\(url)': write mqtt://HOST:PORT"
    }
  }
}
