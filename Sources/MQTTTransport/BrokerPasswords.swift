import Glibc

extension PrivateBroker {
  /// Hashes passwords as the broker wants them (salted PBKDF2), all in one run of
  /// `mosquitto_passwd`. The clear text stands for that moment in a file that only this
  /// process's user can read.
  /// - Returns: the hashes in the order of the passwords.
  public static func hash(passwords: [String]) throws(BrokerError) -> [String] {
    guard !passwords.isEmpty else { return [] }
    for password in passwords where !isAcceptable(password) {
      throw .invalidAccount("a password needs 1 to 512 visible ASCII characters, without ':'")
    }
    let directory = try temporaryDirectory()
    defer { rmdir(directory) }
    let file = directory + "/passwords"
    defer { unlink(file) }
    let lines = passwords.enumerated().map { "\($0.offset):\($0.element)\n" }
    try PrivateFile.write(lines.joined(), to: file)

    let tool = try Program.find("mosquitto_passwd", package: "mosquitto")
    let child = try ChildProcess([tool, "-U", file], log: nil)
    let status = child.wait(limit: .seconds(60))
    guard status == 0 else {
      throw .process(program: tool, reason: "status \(status.map(String.init) ?? "none in 60 s")")
    }
    let hashes = try PrivateFile.read(file).split(separator: "\n").map {
      String($0.drop { $0 != ":" }.dropFirst())
    }
    guard hashes.count == passwords.count, hashes.allSatisfy({ $0.hasPrefix("$") }) else {
      throw .process(program: tool, reason: "gave no hashes")
    }
    return hashes
  }

  /// A new password: 192 random bits as 48 hexadecimal digits.
  public static func makePassword() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<3).map { _ in
      let digits = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  private static func isAcceptable(_ password: String) -> Bool {
    (1...512).contains(password.utf8.count)
      && password.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
  }

  private static func temporaryDirectory() throws(BrokerError) -> String {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/drover-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else {
      throw .file(path: "\(base)/drover-XXXXXX", reason: MosquittoClient.systemText(errno))
    }
    return String(cString: path)
  }
}
