extension LifelongPlanner {
  /// What is remembered of one agent slot between steps.
  struct Memory: Sendable {
    var goal: Int32 = -1
    var graph: Int32 = -1
    /// Where the planner left it.
    var expectedAt: Int32 = -1
    /// The shortest distance to its goal so far, and the steps since it got there.
    var best: Int32 = .max
    var sinceBest: Int32 = 0
    /// The version of the walls its table respects; 0: none.
    var walls: Int32 = 0
    /// The version of the walls for which its way was last looked along.
    var checkedWalls: Int32 = 0
    var table: TableView?
    /// On large graphs: the way it follows, and where `table` is the window of.
    var window: Window?
    /// No way was found when one was last looked for.
    var hasNoWay = false

    struct Window: Sendable {
      var way: Way
      var centre: Int32
      var view: TableView
      /// The moves have changed since it was filled.
      var isStale = false
    }
  }
}
