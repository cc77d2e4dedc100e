import FleetModel
import Grid

extension Site {
  /// What hinders traffic here; empty for a well-formed site. Errors first.
  public func problems() -> [SiteProblem] { [] }
}
