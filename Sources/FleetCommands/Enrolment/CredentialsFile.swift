import Foundation

/// A name and its password.
public struct Credential: Codable, Equatable, Sendable {
  public var name: String
  public var password: String

  public init(name: String, password: String) {
    self.name = name
    self.password = password
  }
}

/// Credentials in a file that only its owner can read: one JSON object, names to passwords.
/// `drover robot enrol --credentials` writes it, `drover robots --credentials` reads it.
public enum CredentialsFile {
  /// The credentials in `path`, by name; none where there is no such file.
  public static func read(_ path: String) throws(CommandFailure) -> [Credential] {
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      return try JSONDecoder().decode([String: String].self, from: data)
        .map { Credential(name: $0.key, password: $0.value) }.sorted { $0.name < $1.name }
    } catch CocoaError.fileReadNoSuchFile {
      return []
    } catch is DecodingError {
      throw CommandFailure(
        "file", "\(path) is no credentials file", hint: "it is a JSON object of names to passwords")
    } catch {
      throw CommandFailure("file", "cannot read \(path): \(error.localizedDescription)")
    }
  }

  /// Adds `new` to what is in `path`; a name that is there gets its new password.
  public static func add(_ new: [Credential], to path: String) throws(CommandFailure) {
    var all: [String: String] = [:]
    for credential in try read(path) + new { all[credential.name] = credential.password }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      try PrivateFile.write([UInt8](try encoder.encode(all)) + [10], to: path)
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure("file", "cannot write \(path): \(error)")
    }
  }
}
