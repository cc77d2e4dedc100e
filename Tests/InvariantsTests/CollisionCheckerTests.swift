import Determinism
import FleetModel
import Testing

@testable import Invariants

@Suite struct CollisionCheckerTests {
  private func van(_ robot: Int32, _ x: Int64, _ y: Int64, heading: Int32 = 0) -> Outline {
    Outline(
      robot: RobotIndex(robot), position: Point(x: x, y: y), headingMillidegrees: heading,
      lengthMillimetres: 1000, widthMillimetres: 600)
  }

  private func count(_ outlines: [Outline]) -> Int {
    var checker = CollisionChecker()
    return checker.check(outlines).count
  }

  @Test func vansSideBySideDoNotCollide() {
    #expect(count([van(0, 0, 0), van(1, 700, 0)]) == 0)
    #expect(count([van(0, 0, 0), van(1, 0, 1100)]) == 0)
  }

  @Test func touchingIsNotOverlapping() {
    #expect(count([van(0, 0, 0), van(1, 600, 0)]) == 0)
    #expect(count([van(0, 0, 0), van(1, 599, 0)]) == 1)
  }

  @Test func headingsCount() {
    // 700 mm apart: clear side by side, not when one stands across.
    #expect(count([van(0, 0, 0), van(1, 700, 0, heading: 90_000)]) == 1)
    #expect(count([van(0, 0, 0), van(1, 850, 0, heading: 90_000)]) == 0)
    // Two crosswise corners that pass each other: boxes overlap, outlines do not.
    #expect(count([van(0, 0, 0, heading: 45_000), van(1, 600, 600, heading: 45_000)]) == 0)
    #expect(count([van(0, 0, 0, heading: 45_000), van(1, 400, 400, heading: 45_000)]) == 1)
    #expect(count([van(0, 0, 0, heading: 45_000), van(1, 500, -500, heading: 45_000)]) == 1)
  }

  @Test func placesAreTold() {
    var checker = CollisionChecker()
    let found = checker.check([van(7, 100, 0), van(3, 0, 0)])
    #expect(
      found == [
        .overlap(
          RobotIndex(3), at: Point(x: 0, y: 0), with: RobotIndex(7), where: Point(x: 100, y: 0))
      ])
    #expect(found.map(\.description) == ["robots 3 at (0, 0) mm and 7 at (100, 0) mm overlap"])
  }

  @Test func aCollisionIsToldOnceWhileItLasts() {
    var checker = CollisionChecker()
    let close = [van(0, 0, 0), van(1, 100, 0)]
    #expect(checker.check(close).count == 1)
    #expect(checker.check(close).count == 0)
    #expect(checker.check([van(0, 0, 0), van(1, 5000, 0)]).count == 0)
    #expect(checker.check(close).count == 1)
    #expect(checker.collisions == 2)
  }

  /// Some move, some stand, and now and then one comes or goes: every look finds what has begun since
  /// the last, as if all pairs were looked at.
  @Test func whoStandsIsNotForgotten() {
    var random = Seed(9).generator()
    var vans = (0..<30).map {
      van(Int32($0), Int64(random.next(in: 0...6000)), Int64(random.next(in: 0...6000)))
    }
    var checker = CollisionChecker()
    var ongoing: Set<[RobotIndex]> = []
    var told = 0
    for look in 0..<300 {
      for i in vans.indices where random.next(in: 0...3) == 0 {
        vans[i].position.x += Int64(random.next(in: 0...800)) - 400
        vans[i].headingMillidegrees = Int32(random.next(in: 0...359)) * 1000
      }
      if look % 40 == 20 { vans.removeLast() }
      if look % 40 == 30 { vans.insert(van(Int32(100 + look), 3000, 3000), at: 3) }
      if look == 150 { vans[0].lengthMillimetres = 2500 }
      var now: Set<[RobotIndex]> = []
      for (i, a) in vans.enumerated() {
        for b in vans.dropFirst(i + 1) where a.overlaps(b) {
          now.insert([a.robot, b.robot].sorted())
        }
      }
      let found = Set(
        checker.check(vans).map { violation -> [RobotIndex] in
          guard case .overlap(let a, _, let b, _) = violation else { return [] }
          return [a, b]
        })
      #expect(found == now.subtracting(ongoing), "look \(look)")
      told += found.count
      ongoing = now
    }
    #expect(told > 100)
  }

  @Test func findsWhatAllPairsFind() {
    var rng = Seed(5).generator()
    for _ in 0..<20 {
      let outlines = (0..<80).map {
        van(
          $0, Int64(rng.next(in: -9000...9000)), Int64(rng.next(in: -9000...9000)),
          heading: Int32(rng.next(below: 360_000)))
      }
      var pairs = 0
      for i in outlines.indices {
        for j in 0..<i
        where OrientedRectangle(outlines[i]).overlaps(OrientedRectangle(outlines[j])) {
          pairs += 1
        }
      }
      #expect(count(outlines) == pairs)
      #expect(pairs > 0)
    }
  }

  @Test func sinesAreExactEnough() {
    for (degrees, sine, cosine) in [
      (0, 0, 1), (90, 1, 0), (180, 0, -1), (270, -1, 0), (30, 0.5, 0.8660254037844386),
      (60, 0.8660254037844386, 0.5), (225, -0.7071067811865476, -0.7071067811865476),
      (330, -0.5, 0.8660254037844386),
    ] as [(Int32, Double, Double)] {
      let found = sineCosine(millidegrees: degrees * 1000)
      #expect(abs(found.sine - sine) < 1e-12 && abs(found.cosine - cosine) < 1e-12)
    }
  }
}

@Suite struct OutlineTests {
  private func vehicle(_ x: Int64, _ y: Int64, heading: Int32 = 0) -> Outline {
    Outline(
      robot: RobotIndex(0), position: Point(x: x, y: y), headingMillidegrees: heading,
      lengthMillimetres: 1000, widthMillimetres: 600)
  }

  @Test func whatIsDrivenReachesAhead() {
    let north = vehicle(0, 0)
    #expect(!north.overlaps(vehicle(0, -1900)))
    #expect(north.driven(1000).overlaps(vehicle(0, -1900)))
    #expect(!north.driven(1000).overlaps(vehicle(0, 1100)))
    #expect(!north.driven(1000).overlaps(vehicle(700, -1000)))
    let east = vehicle(0, 0, heading: 90_000)
    #expect(east.driven(1000).overlaps(vehicle(1700, 0)))
  }

  @Test func turningTakesTheDiagonal() {
    #expect(!vehicle(0, 0).overlaps(vehicle(620, 0)))
    #expect(vehicle(0, 0).turned.overlaps(vehicle(620, 0)))
  }
}
