import ArgumentParser
import FleetModel
import Grid

extension Identifier: ExpressibleByArgument {
  /// Reads an id; anything else is wrong usage.
  public init?(argument: String) {
    do throws(IdentifierError) {
      try self.init(argument)
    } catch { return nil }
  }
}

extension TaskKind: ExpressibleByArgument {}
extension IntegrationLevel: ExpressibleByArgument {}

/// A cell as typed: `X,Y`.
struct CellArgument: ExpressibleByArgument, Equatable {
  var cell: Cell

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, let x = Int32(parts[0]), let y = Int32(parts[1]), x >= 0, y >= 0 else {
      return nil
    }
    cell = Cell(x: x, y: y)
  }
}
