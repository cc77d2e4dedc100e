import MQTTTransport
import Testing

@Suite struct EndpointTests {
  @Test func plainURL() throws {
    let endpoint = try MQTTEndpoint(url: "mqtt://localhost:1884")
    #expect(endpoint == MQTTEndpoint(host: "localhost", port: 1884))
    #expect(endpoint.url == "mqtt://localhost:1884")
  }

  @Test func portsHaveTheUsualDefaults() throws {
    #expect(try MQTTEndpoint(url: "mqtt://broker").port == 1883)
    let secure = try MQTTEndpoint(url: "mqtts://broker", authorityFile: "/ca.pem")
    #expect(secure.port == 8883)
    #expect(secure.tls == TLSSettings(authorityFile: "/ca.pem"))
    #expect(secure.url == "mqtts://broker:8883")
  }

  @Test func addressesInBrackets() throws {
    let endpoint = try MQTTEndpoint(url: "mqtts://[::1]:9000")
    #expect(endpoint.host == "::1")
    #expect(endpoint.port == 9000)
    #expect(endpoint.url == "mqtts://[::1]:9000")
    #expect(try MQTTEndpoint(url: "mqtt://[fe80::2]").port == 1883)
  }

  @Test(arguments: [
    ("http://host", MQTTEndpointError.unknownScheme("http://host")),
    ("host:1883", .unknownScheme("host:1883")),
    ("mqtt://", .missingHost("mqtt://")),
    ("mqtt://:1883", .missingHost("mqtt://:1883")),
    ("mqtt://host:0", .badPort("0", url: "mqtt://host:0")),
    ("mqtt://host:", .badPort("", url: "mqtt://host:")),
    ("mqtt://host:65536", .badPort("65536", url: "mqtt://host:65536")),
    ("mqtt://host:+1", .badPort("+1", url: "mqtt://host:+1")),
    ("mqtt://host:1883/path", .unexpected("/", url: "mqtt://host:1883/path")),
    ("mqtt://user@host", .unexpected("@", url: "mqtt://user@host")),
    ("mqtt://[::1", .unexpected("[", url: "mqtt://[::1")),
    ("mqtt://[::1]x", .unexpected("]", url: "mqtt://[::1]x")),
  ])
  func badURLsAreNamed(_ url: String, _ error: MQTTEndpointError) {
    #expect(throws: error) { try MQTTEndpoint(url: url) }
    #expect(error.description.contains(url))
  }
}
