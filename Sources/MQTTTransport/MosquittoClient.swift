import CMosquitto
import Glibc

/// The border to libmosquitto: one client for one connection attempt, destroyed with it, so
/// that nothing (queued messages, an old will, a half-read packet) reaches the next connection.
///
/// libmosquitto calls back only from within `read`, `write`, `publish` and the like; what it
/// says is kept in `notices`, which the loop takes out after each call. Not thread-safe; each
/// client holds up to three file descriptors.
final class MosquittoClient {
  /// What libmosquitto said during a call.
  enum Notice {
    case accepted
    case refused(reason: String)
    case subscribed(granted: Bool)
    case message(MQTTMessage)
  }

  /// Said since the last `takeNotices()`.
  private var notices: [Notice] = []
  /// Messages handed over and not yet sent (QoS 0) or acknowledged (QoS 1).
  private(set) var outstanding = 0
  private var lastError: String?
  private let handle: OpaquePointer
  private let settings: MQTTConnectionSettings

  /// Initialises the library, once.
  private static let library: Int32 = mosquitto_lib_init()

  init(_ settings: MQTTConnectionSettings) throws(TransportError) {
    guard Self.library == 0 else {
      throw .system(call: "mosquitto_lib_init", reason: Self.text(Self.library))
    }
    let clientID = settings.clientID.isEmpty ? nil : settings.clientID
    guard let handle = mosquitto_new(clientID, true, nil) else {
      throw .system(call: "mosquitto_new", reason: Self.systemText(errno))
    }
    self.handle = handle
    self.settings = settings
    mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
    setCallbacks()
    try apply()
  }

  deinit { mosquitto_destroy(handle) }

  /// The socket, or -1 when there is none.
  var socket: Int32 { mosquitto_socket(handle) }

  /// There are bytes that wait for the socket to take them.
  var wantsWrite: Bool { mosquitto_want_write(handle) }

  /// Begins to connect. The CONNECT packet goes out with the first `write()` after the socket
  /// has become writable. Does not wait, except that a host *name* is resolved here.
  /// - Returns: nil, or why it failed.
  func connect() -> String? {
    // Of a name's addresses libmosquitto tries in the background only the first. For
    // `localhost` that may be ::1 with nobody there; a loopback connect never waits, so it is
    // made at once and tries them all.
    let blocking = settings.endpoint.host == "localhost"
    let call = blocking ? mosquitto_connect : mosquitto_connect_async
    errno = 0
    let result = call(
      handle, settings.endpoint.host, Int32(settings.endpoint.port), settings.keepAliveSeconds)
    return result <= 0 ? nil : failure(result)
  }

  /// Reads what has come, up to `packets` packets, and for TLS carries the handshake on.
  /// - Returns: nil, or why the connection is lost.
  func read(packets: Int) -> String? {
    for _ in 0..<packets {
      errno = 0
      let result = mosquitto_loop_read(handle, 1)
      guard result == 0 else { return failure(result) }
      if errno == EAGAIN || socket < 0 { return nil }
    }
    return nil
  }

  /// Writes what waits. - Returns: nil, or why the connection is lost.
  func write() -> String? {
    errno = 0
    let result = mosquitto_loop_write(handle, 1)
    return result == 0 ? nil : failure(result)
  }

  /// Sends a ping when it is time, and notices that none was answered.
  /// - Returns: nil, or why the connection is lost.
  func keepAlive() -> String? {
    errno = 0
    let result = mosquitto_loop_misc(handle)
    return result == 0 ? nil : failure(result)
  }

  /// Subscribes. - Returns: nil, or why it failed.
  func subscribe(_ subscription: MQTTSubscription) -> String? {
    errno = 0
    let result = mosquitto_subscribe(
      handle, nil, subscription.filter, Int32(subscription.qos.rawValue))
    return result == 0 ? nil : failure(result)
  }

  enum PublishFailure: Error {
    case unsendable(String)
    case lost(String)
  }

  /// Sends a message, or keeps it until the socket or the broker takes it.
  func publish(_ message: MQTTMessage) throws(PublishFailure) {
    outstanding += 1
    errno = 0
    let result = message.payload.withUnsafeBytes { bytes in
      mosquitto_publish(
        handle, nil, message.topic, Int32(bytes.count), bytes.baseAddress,
        Int32(message.qos.rawValue), message.retain)
    }
    guard result != 0 else { return }
    outstanding -= 1
    switch result {
    case MOSQ_ERR_INVAL.rawValue, MOSQ_ERR_PAYLOAD_SIZE.rawValue,
      MOSQ_ERR_MALFORMED_UTF8.rawValue, MOSQ_ERR_OVERSIZE_PACKET.rawValue:
      throw .unsendable(failure(result))
    default:
      throw .lost(failure(result))
    }
  }

  /// Sends DISCONNECT after all that is queued; `socket` becomes -1 when it is out.
  func disconnect() { mosquitto_disconnect(handle) }

  /// Takes out what libmosquitto has said.
  func takeNotices() -> [Notice] {
    guard !notices.isEmpty else { return [] }
    defer { notices.removeAll() }
    return notices
  }

  // MARK: Set-up

  private func apply() throws(TransportError) {
    try check(mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1), "TCP_NODELAY")
    try check(mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, 100), "send maximum")
    if settings.username != nil || settings.password != nil {
      try check(
        mosquitto_username_pw_set(handle, settings.username, settings.password), "user name")
    }
    if let will = settings.will {
      let result = will.payload.withUnsafeBytes { bytes in
        mosquitto_will_set(
          handle, will.topic, Int32(bytes.count), bytes.baseAddress, Int32(will.qos.rawValue),
          will.retain)
      }
      try check(result, "will on '\(will.topic)'")
    }
    for subscription in settings.subscriptions {
      try check(mosquitto_sub_topic_check(subscription.filter), "filter '\(subscription.filter)'")
    }
    guard settings.keepAliveSeconds >= 5, settings.keepAliveSeconds <= UInt16.max else {
      throw .invalidSettings("keep-alive of \(settings.keepAliveSeconds) s; 5 to 65535 is allowed")
    }
    if let tls = settings.endpoint.tls { try apply(tls) }
  }

  private func apply(_ tls: TLSSettings) throws(TransportError) {
    if let file = tls.authorityFile {
      guard access(file, R_OK) == 0 else {
        throw .invalidSettings("authority file \(file): \(Self.systemText(errno))")
      }
      try check(mosquitto_tls_set(handle, file, nil, nil, nil, nil), "authority file \(file)")
    } else {
      try check(
        mosquitto_int_option(handle, MOSQ_OPT_TLS_USE_OS_CERTS, 1), "system authorities")
    }
    try check(mosquitto_tls_opts_set(handle, 1, "tlsv1.2", nil), "TLS options")
  }

  private func check(_ result: Int32, _ what: String) throws(TransportError) {
    guard result != 0 else { return }
    throw .invalidSettings("\(what): \(failure(result))")
  }

  private func setCallbacks() {
    mosquitto_connect_callback_set(handle) { _, context, code in
      MosquittoClient.from(context)?.connackReceived(code)
    }
    mosquitto_subscribe_callback_set(handle) { _, context, _, count, granted in
      let refused = UnsafeBufferPointer(start: granted, count: Int(count)).contains { $0 >= 128 }
      MosquittoClient.from(context)?.notices.append(.subscribed(granted: !refused))
    }
    mosquitto_publish_callback_set(handle) { _, context, _ in
      MosquittoClient.from(context)?.outstanding -= 1
    }
    mosquitto_message_callback_set(handle) { _, context, message in
      guard let message = message?.pointee, let topic = message.topic else { return }
      MosquittoClient.from(context)?.received(message, topic: topic)
    }
    mosquitto_log_callback_set(handle) { _, context, level, text in
      guard level == MOSQ_LOG_ERR, let text else { return }
      MosquittoClient.from(context)?.lastError = String(cString: text)
    }
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> MosquittoClient? {
    context.map { Unmanaged<MosquittoClient>.fromOpaque($0).takeUnretainedValue() }
  }

  private func connackReceived(_ code: Int32) {
    guard code != 0 else { return notices.append(.accepted) }
    let user = settings.username.map { "user '\($0)'" } ?? "an anonymous user"
    let words = String(cString: mosquitto_connack_string(code))
    let hint =
      code == 4 || code == 5
      ? " (wrong user name or password, not enrolled here, or a client id that is not allowed)"
      : ""
    notices.append(.refused(reason: "the broker refused \(user): \(words)\(hint)"))
  }

  private func received(_ message: mosquitto_message, topic: UnsafePointer<CChar>) {
    let payload = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
    let qos: QoS = message.qos == 0 ? .atMostOnce : .atLeastOnce
    notices.append(
      .message(
        MQTTMessage(
          topic: String(cString: topic), payload: Array(payload), qos: qos, retain: message.retain)
      ))
  }

  // MARK: Words for failures

  private func failure(_ result: Int32) -> String {
    switch result {
    case MOSQ_ERR_ERRNO.rawValue where errno == EPROTO:
      "the broker closed the connection" + detail
    case MOSQ_ERR_ERRNO.rawValue: Self.systemText(errno)
    case MOSQ_ERR_EAI.rawValue:
      "cannot resolve '\(settings.endpoint.host)': \(String(cString: gai_strerror(errno)))"
    case MOSQ_ERR_TLS.rawValue: "TLS failed" + detail
    case MOSQ_ERR_CONN_LOST.rawValue: "the broker closed the connection"
    case MOSQ_ERR_KEEPALIVE.rawValue:
      "the broker has not answered for \(settings.keepAliveSeconds) s"
    default: Self.text(result)
    }
  }

  private var detail: String { lastError.map { ": \($0)" } ?? "" }

  private static func text(_ result: Int32) -> String {
    String(cString: mosquitto_strerror(result))
  }

  /// The system's words for an `errno`.
  static func systemText(_ code: Int32) -> String { String(cString: strerror(code)) }
}
