// swift-tools-version: 6.1
import PackageDescription

// The house, from the bottom up (docs/architecture.md). Imports point down only.
// Layers 0-2 are pure: no I/O, no clock, no log, no Foundation, no C, no async.

// CI sets DROVER_STRICT: warnings in this package's own code are errors there.
let warnings: [SwiftSetting] =
  Context.environment["DROVER_STRICT"] == nil ? [] : [.unsafeFlags(["-warnings-as-errors"])]

// Most calls in hot loops cross a module: without this they stay calls. Packages that name this one by
// path can still use it, those that name it by version cannot.
let settings: [SwiftSetting] =
  warnings + [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]

func pure(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func shell(_ name: String, path: String? = nil, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "drover",
  products: [
    .executable(name: "drover", targets: ["drover"]),
    // For Tests/Benchmarks, a package of its own.
    .library(
      name: "DroverKit",
      targets: [
        "Determinism", "Grid", "MAPF", "FleetModel", "Traffic", "VirtualRobot", "FleetWire",
      ]),
    // The planner for programs in other languages: drover_planner.h.
    .library(name: "DroverPlanner", type: .dynamic, targets: ["PlannerInterface"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // Layer 0
    pure("Determinism", []),
    pure("Grid", []),
    // Layer 1
    pure("MAPF", ["Grid", "Determinism"]),
    pure("FleetModel", ["Grid", "Determinism"]),
    // Layer 2, in the order in which they may import one another
    pure("Site", ["FleetModel", "Grid", "Determinism", "MAPF"]),
    pure("Traffic", ["FleetModel", "Grid", "Determinism", "MAPF"]),
    pure("Missions", ["Site", "FleetModel", "Grid", "Determinism"]),
    // Not "Dispatch": that is libdispatch's module.
    pure("FleetDispatch", ["FleetModel", "Grid", "Determinism"]),
    pure(
      "FleetCore",
      ["Missions", "FleetDispatch", "Traffic", "Site", "FleetModel", "MAPF", "Grid", "Determinism"]),
    pure("Invariants", ["FleetModel", "Grid", "Determinism"]),
    pure("VirtualRobot", ["FleetModel", "Grid", "Determinism"]),
    // Layer 3: C
    .systemLibrary(
      name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
    .systemLibrary(
      name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
    .target(name: "CFleetProto", dependencies: ["CProtobufC"]),
    .target(name: "CLinux"),
    .target(name: "CDroverPlanner"),
    // Layer 3: shells
    shell("FleetWire", ["CFleetProto", "CProtobufC", "FleetModel", "Grid", "Determinism"]),
    shell(
      "PlannerInterface",
      ["CDroverPlanner", "Traffic", "FleetModel", "MAPF", "Grid", "Determinism"]),
    shell("SiteFiles", ["Site", "FleetModel", "Grid", yams]),
    shell("PlannerFiles", ["MAPF", "Grid", "Determinism"]),
    shell("FleetPorts", ["FleetModel", "Determinism"]),
    pure("FleetRecords", []),
    shell("WorkerThread", []),
    shell("MQTTTransport", ["CMosquitto", "CLinux"]),
    shell("FleetStore", ["FleetPorts", "FleetModel", grdb]),
    shell(
      "FleetServer",
      [
        "FleetPorts", "FleetRecords", "MQTTTransport", "FleetCore", "FleetWire", "FleetModel",
        "Invariants", "Site", "WorkerThread", "Determinism", logging,
      ]),
    shell(
      "FleetSimulation", path: "Simulator/FleetSimulation",
      [
        "FleetCore", "FleetRecords", "FleetWire", "FleetModel", "Site", "SiteFiles", "VirtualRobot",
        "Invariants", "Traffic", "MAPF", "Grid", "WorkerThread", "Determinism", "CLinux", yams,
      ]),
    shell(
      "FleetCommands",
      [
        "FleetServer", "FleetStore", "MQTTTransport", "FleetSimulation", "FleetWire", "FleetPorts",
        "SiteFiles", "PlannerFiles", "Site", "VirtualRobot", "Invariants", "FleetCore",
        "FleetModel", "MAPF", "Grid", "Determinism", "CLinux", argumentParser, logging,
      ]),
    // Layer 4
    .executableTarget(name: "drover", dependencies: ["FleetCommands"], swiftSettings: settings),
    // Tests mirror the targets
    tests("DeterminismTests", ["Determinism"]),
    tests("GridTests", ["Grid", "Determinism"]),
    tests("MAPFTests", ["MAPF", "Grid", "Determinism"]),
    tests("SiteTests", ["Site", "MAPF", "FleetModel", "Grid", "Determinism"]),
    tests(
      "TrafficTests", ["Traffic", "Invariants", "FleetModel", "MAPF", "Grid", "Determinism"]),
    .executableTarget(
      name: "planner-program", dependencies: ["CDroverPlanner", "PlannerInterface"],
      path: "Tests/PlannerProgram"),
    tests("PlannerInterfaceTests", ["planner-program"]),
    tests("MissionsTests", ["Missions", "Site", "FleetModel", "Grid", "Determinism"]),
    tests("FleetDispatchTests", ["FleetDispatch", "FleetModel", "Grid", "Determinism"]),
    tests(
      "FleetCoreTests",
      [
        "FleetCore", "Traffic", "Invariants", "VirtualRobot", "Site", "FleetModel", "Grid",
        "Determinism",
      ]),
    tests("InvariantsTests", ["Invariants", "FleetModel", "Grid", "Determinism"]),
    tests("VirtualRobotTests", ["VirtualRobot", "FleetModel", "Grid", "Determinism"]),
    tests("FleetWireTests", ["FleetWire", "FleetModel", "Grid", "Determinism"]),
    tests("PlannerFilesTests", ["PlannerFiles", "MAPF", "Grid", "Determinism"]),
    tests("SiteFilesTests", ["SiteFiles", "Site", "FleetModel", "Grid"]),
    tests("MQTTTransportTests", ["MQTTTransport"]),
    tests("WorkerThreadTests", ["WorkerThread"]),
    tests("FleetRecordsTests", ["FleetRecords", "Determinism"]),
    tests(
      "FleetServerTests",
      [
        "FleetServer", "FleetStore", "FleetPorts", "FleetRecords", "FleetWire", "FleetCore",
        "FleetModel", "Missions", "SiteFiles", "Site", "VirtualRobot", "Grid", "Determinism",
        logging,
      ]),
    tests("FleetStoreTests", ["FleetStore", "FleetPorts", "FleetModel", "Determinism", grdb]),
    tests(
      "FleetSimulationTests",
      [
        "FleetSimulation", "FleetCore", "FleetRecords", "SiteFiles", "Site", "FleetModel", "Grid",
        "Determinism",
      ]),
    tests(
      "FleetCommandsTests",
      [
        "FleetCommands", "FleetStore", "FleetPorts", "FleetModel", "Site", "SiteFiles", "Grid",
        "Determinism", argumentParser,
      ]),
    tests(
      "IntegrationTests",
      [
        "FleetCommands", "MQTTTransport", "FleetStore", "FleetServer", "FleetWire", "FleetPorts",
        "SiteFiles", "Site", "FleetModel", "Grid", "Determinism", "CLinux",
      ]),
  ]
)
