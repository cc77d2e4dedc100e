import FleetModel
import Testing

@testable import FleetCore

@Suite struct TaskBookTests {
  @Test func tasksWithoutARobotKeepTheirOrder() throws {
    var yard = try Yard(TaskTests.town)
    _ = try yard.add("r1", 2, 1)
    for k in 0..<12 { _ = try yard.submit(try delivery(), key: "order-\(k)") }
    var book = yard.fleet.tasks
    let ids = book.openOrder
    for id in [ids[3], ids[10], ids[0]] { book.give(id, to: try RobotID("van-1")) }
    book.give(ids[3], to: try RobotID("van-2"))
    #expect(book.withoutRobot == ids.filter { ![ids[3], ids[10], ids[0]].contains($0) })
    // The tenth comes after the second, as it was submitted, not as it is spelt.
    book.give(ids[10], to: nil)
    book.give(ids[0], to: nil)
    book.give(ids[0], to: nil)
    #expect(book.withoutRobot == ids.filter { $0 != ids[3] })
    _ = book.end(ids[5], .cancelled, now: .zero)
    #expect(book.withoutRobot == ids.filter { $0 != ids[3] && $0 != ids[5] })
    book.sortRestored()
    #expect(book.withoutRobot == ids.filter { $0 != ids[3] && $0 != ids[5] })
  }
}
