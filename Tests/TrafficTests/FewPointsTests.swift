import FleetModel
import Foundation
import Testing

@Suite struct FewPointsTests {
  private static let a = Point(x: 1, y: -2)
  private static let b = Point(x: 3, y: 4)

  @Test func isTheListItWasMadeOf() {
    #expect(Array(FewPoints(Self.a)) == [Self.a])
    #expect(FewPoints([Self.a]) == FewPoints(Self.a))
    #expect(Array(FewPoints([Self.a, Self.b])) == [Self.a, Self.b])
    #expect(FewPoints([]).isEmpty)
    #expect(FewPoints([Self.a, Self.b]) != FewPoints([Self.b, Self.a]))
  }

  @Test func isWrittenAsAPlainList() throws {
    for list in [[], [Self.a], [Self.a, Self.b]] {
      let data = try JSONEncoder().encode(FewPoints(list))
      #expect(try JSONDecoder().decode([Point].self, from: data) == list)
      #expect(try JSONDecoder().decode(FewPoints.self, from: data) == FewPoints(list))
    }
  }
}

@Suite struct SeldomTests {
  private struct Robot: Codable {
    var name = "r"
    @Seldom var place: Point? = nil
  }

  @Test func copiesGoTheirOwnWays() {
    var robot = Robot(place: Point(x: 1, y: 1))
    let copy = robot
    robot.place?.x = 5
    #expect(robot.place == Point(x: 5, y: 1) && copy.place == Point(x: 1, y: 1))
    robot.place = nil
    #expect(robot.place == nil && copy.place != nil)
  }

  @Test func whatIsNotThereIsNotWritten() throws {
    let none = try JSONEncoder().encode(Robot())
    #expect(String(decoding: none, as: UTF8.self) == #"{"name":"r"}"#)
    #expect(try JSONDecoder().decode(Robot.self, from: none).place == nil)
    let some = try JSONEncoder().encode(Robot(place: Point(x: 1, y: 2)))
    #expect(try JSONDecoder().decode(Robot.self, from: some).place == Point(x: 1, y: 2))
  }
}
