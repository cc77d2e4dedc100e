import Determinism
import FleetModel
import Grid

/// Every cell of an area, strip by strip (`SweepTour`), each as often as the machine's width asks.
///
/// The robot is sent to an end of a strip, then straight to its other end. Cells it passes count
/// whenever it passes them; what the planner leaves out is come back to. `SweepRun+Aim.swift`
/// chooses where to go. Cells that cannot be reached now are set aside, and tried again when all
/// others are done.
struct SweepRun: MissionRun {
  /// Where the robot is sent now.
  struct Aim: Sendable, Equatable {
    var position: Int
    /// The near end of a strip; its far end follows.
    var isEntry: Bool
    /// The planned way leads there.
    var isReached = false
  }

  static let retryTime = Duration.seconds(30)
  static let fruitlessRoundLimit = 5

  private let area: AreaID
  private(set) var ledger: SweepLedger
  /// Rounds of retries in which nothing was swept.
  private var fruitlessRounds = 0

  // Not kept:
  private(set) var tour = SweepTour.empty
  var aim: Aim?
  /// A step aside from the one cell that needs a further pass and on which the robot would stand.
  var stepAside: VertexID?
  /// Where the robot was last sent: the strip, and which way it goes through its region.
  var strip = -1
  var stride = 1
  /// Strip -> cells that need more than is planned and are not set aside.
  private(set) var needs: [Int32] = []
  private(set) var needCount = 0
  private var isAside: [Bool] = []
  private var asideCount = 0
  /// How many cells the next unreachable one sets aside: doubles while nothing works.
  private var asideStride = 1
  private var retryAt: Instant?
  private var passCountAtRound = 0

  private enum CodingKeys: CodingKey { case area, ledger, fruitlessRounds }

  init(_ sweep: Sweep, cells: [VertexID], graph: Graph) {
    area = sweep.area
    ledger = SweepLedger(count: cells.count, passes: 1)
    attach(cells: cells, graph: graph)
  }

  /// What is kept of it, as decoded.
  var kept: SweepRun { SweepRun(area: area, ledger: ledger.kept, fruitlessRounds: fruitlessRounds) }

  private init(area: AreaID, ledger: SweepLedger, fruitlessRounds: Int) {
    self.area = area
    self.ledger = ledger
    self.fruitlessRounds = fruitlessRounds
  }

  /// Takes over what the site says of the area. When its size changed, all is swept again.
  mutating func attach(cells: [VertexID], graph: Graph) {
    tour = SweepTour(area: cells, graph: graph)
    if ledger.count != cells.count { ledger = SweepLedger(count: cells.count, passes: 1) }
    forgetPlans()
  }

  /// How many passes a machine of this width makes over each cell.
  mutating func assign(sweepWidthMillimetres width: Int32, cellMillimetres: Int32) {
    let passes = width <= 0 ? 1 : (cellMillimetres + width - 1) / width
    ledger.setPasses(Int(min(max(passes, 1), 16)))
    forgetPlans()
  }

  // MARK: Errands

  mutating func nextErrand(from plannedEnd: VertexID?, now: Instant) -> Errand? {
    if needCount == 0, asideCount > 0 {
      // The last of the others was not set aside, but planned.
      let time = retryAt ?? now + Self.retryTime / 6
      retryAt = time
      if now >= time { takeBack() }
    }
    guard needCount > 0, let goal = goal(from: plannedEnd) else { return nil }
    return Errand(target: .cell(goal), stops: false)
  }

  mutating func planned(_ cell: VertexID, now: Instant) {
    if cell == stepAside { stepAside = nil }
    guard let i = tour.position(of: cell) else { return }
    if aim?.position == i { aim?.isReached = true }
    if isNeedy(i) { asideStride = 1 }
    change(i) { $0.plan(i) }
  }

  mutating func visited(_ cell: VertexID, now: Instant) -> [MissionEffect] {
    guard let i = tour.position(of: cell) else { return [] }
    var isDone = false
    change(i) { isDone = $0.sweep(i) }
    guard isDone else { return [] }
    setAside(i, false)
    let effect = MissionEffect.swept(cells: Int32(ledger.doneCount), of: Int32(ledger.count))
    return ledger.isComplete ? [effect, .completed] : [effect]
  }

  mutating func replanned(_ remaining: [VertexID]) {
    forgetPlans()
    for cell in remaining {
      if let i = tour.position(of: cell) { change(i) { $0.plan(i) } }
    }
  }

  /// What the lost robot could not reach its successor may; and where all that is left was set
  /// aside, there would be no place to begin.
  mutating func robotLost() {
    isAside = [Bool](repeating: false, count: tour.count)
    asideCount = 0
    retryAt = nil
    forgetPlans()
    strip = -1
  }

  private mutating func forgetPlans() {
    ledger.forgetPlans()
    aim = nil
    stepAside = nil
    if isAside.count != tour.count {
      isAside = [Bool](repeating: false, count: tour.count)
      asideCount = 0
    }
    countNeeds()
  }

  private mutating func countNeeds() {
    needs = [Int32](repeating: 0, count: tour.strips.count)
    needCount = 0
    for i in 0..<tour.count where isNeedy(i) {
      needs[Int(tour.stripOf[i])] += 1
      needCount += 1
    }
  }

  /// Whether cell `i` is still to be planned over.
  func isNeedy(_ i: Int) -> Bool { !isAside[i] && ledger.need(i) > 0 }

  private mutating func change(_ i: Int, _ body: (inout SweepLedger) -> Void) {
    let before = isNeedy(i)
    body(&ledger)
    update(i, before: before)
  }

  private mutating func update(_ i: Int, before: Bool) {
    let after = isNeedy(i)
    guard before != after else { return }
    needs[Int(tour.stripOf[i])] += after ? 1 : -1
    needCount += after ? 1 : -1
  }

  // MARK: Cells out of reach

  mutating func unreachable(_ cell: VertexID, now: Instant) -> [MissionEffect] {
    stepAside = nil
    guard let i = tour.position(of: cell) else { return [] }
    let isEntry = aim?.isEntry ?? true
    aim = nil
    setAsideRun(from: i, isEntry: isEntry)
    asideStride = min(asideStride * 2, 1 << 20)
    guard needCount == 0 else { return [] }
    asideStride = 1
    let progressed = ledger.passCount > passCountAtRound
    passCountAtRound = ledger.passCount
    fruitlessRounds = progressed ? 0 : fruitlessRounds + 1
    retryAt = now + (progressed ? Self.retryTime / 6 : Self.retryTime)
    return fruitlessRounds >= Self.fruitlessRoundLimit ? [.failed(.unreachable)] : []
  }

  /// Sets aside `asideStride` cells from `i` on, away from the end of the strip it is at.
  private mutating func setAsideRun(from i: Int, isEntry: Bool) {
    let home = tour.strips[Int(tour.stripOf[i])].members
    guard var at = home.first(where: { Int(tour.members[$0]) == i }) else { return }
    let step = at - home.lowerBound <= home.upperBound - 1 - at ? 1 : -1
    var left = asideStride
    while left > 0, tour.members.indices.contains(at) {
      let cell = Int(tour.members[at])
      if isNeedy(cell) || cell == i {
        setAside(cell, true)
        left -= 1
      }
      at += step
    }
  }

  private mutating func setAside(_ i: Int, _ value: Bool) {
    guard isAside[i] != value else { return }
    let before = isNeedy(i)
    isAside[i] = value
    asideCount += value ? 1 : -1
    update(i, before: before)
  }

  private mutating func takeBack() {
    for i in isAside.indices { isAside[i] = false }
    asideCount = 0
    retryAt = nil
    countNeeds()
  }

  // MARK: Telling

  var progressPermille: Int32 {
    let all = ledger.count * ledger.passes
    return all == 0 ? 0 : Int32(ledger.passCount * 1000 / all)
  }

  var note: String {
    let share = "swept \(progressPermille / 10) %"
    return asideCount == 0 ? share : "\(share), \(asideCount) cells out of reach"
  }
}
