import CDroverPlanner

/// The names that `drover_status_name` returns, as text that never goes away.
private let statusNames: [StaticString] = [
  "DROVER_OK", "DROVER_NULL_ARGUMENT", "DROVER_INVALID_HANDLE", "DROVER_BUSY",
  "DROVER_OUT_OF_RANGE", "DROVER_WRONG_SIZE", "DROVER_WRONG_STRUCT", "DROVER_UNREADABLE",
  "DROVER_CONFLICT", "DROVER_OFF_PLAN", "DROVER_NOT_READY", "DROVER_UNSOLVABLE",
  "DROVER_BUDGET_EXHAUSTED",
]

@_cdecl("drover_status_name")
public func droverStatusName(_ status: Int32) -> UnsafePointer<CChar>? {
  let name: StaticString =
    statusNames.indices.contains(Int(status)) ? statusNames[Int(status)] : "unknown status"
  return UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
}
