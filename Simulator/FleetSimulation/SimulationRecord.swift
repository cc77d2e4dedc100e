import FleetRecords

/// A run of a scenario in a file: it is a function of scenario, site and seed, so these, and the hash
/// that it ended with, are the whole of it.
public struct SimulationRecord: Sendable, Codable, Equatable {
  public struct File: Sendable, Codable, Equatable {
    public var name: String
    public var text: String

    public init(name: String, text: String) {
      self.name = name
      self.text = text
    }
  }

  /// The version that made the run.
  public var build: String
  /// The scenario with all its values, in YAML.
  public var scenario: String
  public var seed: UInt64
  /// The site's files as they were.
  public var site: [File]
  /// Nil: the run did not come to its end.
  public var eventLogHash: String?

  private static let magic = [UInt8]("DSIM1".utf8)

  /// - Parameter hash: nil: it is not known yet.
  public init(
    _ scenario: Scenario, seed: UInt64, site: [File], build: String, hash: String? = nil
  ) {
    self.build = build
    self.scenario = scenario.yaml
    self.seed = seed
    self.site = site
    eventLogHash = hash
  }

  /// Whether `bytes` begin as such a file.
  public static func isOne(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  /// Reads a file.
  /// - Throws: `RecordError` when it is damaged.
  public init(bytes: [UInt8]) throws(RecordError) {
    guard Self.isOne(bytes) else { throw .damaged(offset: 0) }
    self = try RecordCodec().decode(Self.self, from: Array(bytes.dropFirst(Self.magic.count)))
  }

  /// The file.
  public func bytes() throws(RecordError) -> [UInt8] {
    Self.magic + (try RecordCodec().encode(self))
  }
}
