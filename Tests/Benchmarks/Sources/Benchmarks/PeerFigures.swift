// What public programs reach on the same instances, recorded on a two-core x86-64 machine that others
// used, too: processor time, which may be up to two times too long; quality does not depend on it.
// Sources and conditions:
// - LaCAM3 fast: github.com/Kei18/lacam3 at 1a269b7, `--no-star --pibt-num 1 --no-scatter --no-refiner`
//   (PIBT with swap, one sample), seed 0, its clock set to the processor time of the process: until the
//   first plan, map, scenario and distance tables included. Loss by the sum of shortest distances.
// - LaCAM3 20 s: the same with its defaults and 20 s of processor time.
// - EPIBT, EPIBT+LNS: github.com/lunjohnzhang/EPIBT at 8f538e7, scheduler CONST, depth 3 without
//   turning and 4 with it, its guidance, asserts off, planner's clock set to processor time; tasks
//   finished by steps over the whole run. Its tables (minutes and up to 12 GB) are not in the times.

private typealias Figures = Run.Figures

/// Every row of the table.
let runs: [Run] = oneShotRuns + lifelongRuns(turning: false) + lifelongRuns(turning: true) + refused

private let oneShotRuns: [Run] = [
  .first(
    "warehouse-20-40-10-2-2", "warehouse-20-40-10-2-2-10k-1", 10_000,
    peer: Figures(milliseconds: 14_500, quality: 1.73, memoryMB: 1800)),
  .first(
    "Paris_1_256", "Paris_1_256-random-1", 1000,
    peer: Figures(milliseconds: 2408, quality: 1.04)),
  .first(
    "Berlin_1_256", "Berlin_1_256-random-1", 1000,
    peer: Figures(milliseconds: 3524, quality: 1.05)),
  .first(
    "warehouse-20-40-10-2-2", "warehouse-20-40-10-2-2-random-1", 1000,
    peer: Figures(milliseconds: 2216, quality: 1.06)),
  .first(
    "den520d", "den520d-random-1", 1000, peer: Figures(milliseconds: 1994, quality: 1.10)),
  .first(
    "random-64-64-20", "random-64-64-20-dense-1", 3000,
    peer: Figures(milliseconds: 2708, quality: 9.55)),
  // Unsolved after 110 s.
  .first("maze-128-128-1", nil, 1000, short: false, peer: nil),
  .anytime("random-64-64-20", quality: 1.60), .anytime("room-64-64-8", quality: 4.36),
  .anytime("empty-48-48", quality: 1.41),
]

/// The agents' files 3, 5 and 7 hold 400, 600 and 800 robots, 4 and 9 hold 5,000 and 10,000.
private func lifelongRuns(turning: Bool) -> [Run] {
  let lns: [(file: Int, at25: Double, at100: Double)] =
    turning
    ? [(3, 6.28, 6.89), (5, 4.52, 5.46), (7, 2.42, 3.10)]
    : [(3, 10.39, 11.12), (5, 7.46, 9.01), (7, 4.07, 4.58)]
  var runs: [Run] = []
  for ms in [25, 100] {
    for row in lns {
      runs.append(
        .lifelong(
          "random", row.file, steps: 400, ms: ms, turning: turning,
          short: row.file == 3 && ms == 25,
          peer: Figures(milliseconds: Double(ms), quality: ms == 25 ? row.at25 : row.at100),
          by: "EPIBT+LNS \(ms) ms"))
    }
  }
  for ms in [25, 100] {
    if turning {
      runs.append(
        .lifelong(
          "warehouse", 4, steps: 200, ms: ms, turning: true,
          peer: Figures(milliseconds: 40.2, quality: 12.49, p99: 50.5), by: "EPIBT"))
      runs.append(
        .lifelong(
          "warehouse", 9, steps: 200, ms: ms, turning: true,
          peer: Figures(milliseconds: 87.9, quality: 23.22, p99: 116.3), by: "EPIBT"))
    } else {
      runs.append(
        .lifelong(
          "warehouse", 9, steps: 800, ms: ms, turning: false,
          peer: Figures(milliseconds: 105.7, quality: 31.68, p99: 129.9), by: "EPIBT"))
    }
  }
  return runs
}

/// As traffic needs it; peers allow rotations.
private let refused: [Run] = [
  .lifelong(
    "random", 3, steps: 400, ms: 25, turning: false, refused: true,
    peer: Figures(milliseconds: 25, quality: 10.39), by: "EPIBT+LNS 25 ms"),
  .lifelong(
    "warehouse", 9, steps: 800, ms: 25, turning: false, refused: true,
    peer: Figures(milliseconds: 105.7, quality: 31.68, p99: 129.9), by: "EPIBT"),
]
