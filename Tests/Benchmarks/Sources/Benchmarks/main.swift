import Foundation

// `make bench`: processor time of the parts that matter on made-up instances, and `drover` on public
// ones beside recorded figures of others (`PeerFigures`) where DROVER_BENCH_DATA tells where they are.
// Whole fleets are measured by `drover simulate` (speedup) and `drover demo` (latencies).

let arguments = CommandLine.arguments.dropFirst()
if !arguments.contains("--instances-only") {
  report("Planning", planningFigures())
  report("Traffic", trafficFigures())
  report("Wire", wireFigures())
}
let instances = Instances(
  environment: ProcessInfo.processInfo.environment, isFull: arguments.contains("--full"))
try instances?.printTable()
