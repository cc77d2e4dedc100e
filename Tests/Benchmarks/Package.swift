// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "drover", path: "../..")],
  targets: [
    .executableTarget(
      name: "Benchmarks", dependencies: [.product(name: "DroverKit", package: "drover")]),
    // Here, and not with the other tests, because only optimised code can be held to it: run
    // `swift test -c release --package-path Tests/Benchmarks`.
    .target(name: "CAllocationCounter"),
    .testTarget(
      name: "AllocationTests",
      dependencies: ["CAllocationCounter", .product(name: "DroverKit", package: "drover")]),
  ]
)
