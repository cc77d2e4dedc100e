import FleetModel

// What goes wrong, as scenario files say it.
extension ScenarioReader {
  func faults(_ value: ScenarioValue) throws(ScenarioError) -> Scenario.Faults {
    let fields = try value.fields(["chaos", "list"] + FaultKind.allCases.map(\.rawValue))
    var faults = Scenario.Faults()
    if let v = fields["chaos"] { faults.chaos = try v.number(in: 0...100) }
    for kind in FaultKind.allCases {
      guard let v = fields[kind.rawValue] else { continue }
      faults.rates[kind] = try rate(v, kind)
    }
    if let v = fields["list"] {
      faults.list = try each(try v.items()) { item throws(ScenarioError) in try fault(item) }
    }
    return faults
  }

  private func rate(
    _ value: ScenarioValue, _ kind: FaultKind
  ) throws(ScenarioError) -> Scenario.Faults.Rate {
    let key = kind.isOfRobots ? "per_robot_hour" : "per_hour"
    let fields = try value.fields([key, "for_s"])
    guard let rate = fields[key] else { throw value.fail("the key \"\(key)\" is missing") }
    guard let duration = fields["for_s"] else { throw value.fail("the key \"for_s\" is missing") }
    return Scenario.Faults.Rate(
      perHour: try rate.number(in: 0...10_000),
      milliseconds: try duration.range(in: 0.1...3600, scale: 1000))
  }

  private func fault(_ value: ScenarioValue) throws(ScenarioError) -> Fault {
    let fields = try value.fields([
      "at_s", "kind", "robot", "for_s", "amount", "x", "y", "event",
    ])
    guard let name = fields["kind"] else { throw value.fail("the key \"kind\" is missing") }
    guard let kind = FaultKind(rawValue: try name.text()) else {
      let known = FaultKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw name.fail("unknown fault \"\(try name.text())\"; known are \(known)")
    }
    let day = 0.0...864_000
    var fault = Fault(after: Fault.duration(try fields["at_s"]?.number(in: day)), kind)
    fault.robot = try fields["robot"]?.integer(in: 0...19_999)
    guard (fault.robot != nil) == kind.isOfRobots else {
      let needs = kind.isOfRobots ? "needs the key \"robot\"" : "is of no robot"
      throw value.fail("\(kind.rawValue) \(needs)")
    }
    fault.lasting = Fault.duration(try fields["for_s"]?.number(in: day))
    let whole = -1_000_000_000...1_000_000_000
    fault.amount = try fields["amount"]?.integer(in: whole) ?? 0
    fault.x = try fields["x"]?.integer(in: whole) ?? 0
    fault.y = try fields["y"]?.integer(in: whole) ?? 0
    fault.event = try fields["event"].map { v throws(ScenarioError) in
      Int64(try v.integer(in: 1...1_000_000_000))
    }
    return fault
  }
}
