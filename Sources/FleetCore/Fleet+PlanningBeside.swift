import Determinism
import FleetDispatch
import FleetModel
import MAPF

// Rounds of large fleets: what the planner and the dispatcher have to search is searched beside the
// core while events come in, and taken up when the round is due, as far as it still fits.
extension Fleet {
  /// Whether the fleet is so large that it plans and deals out tasks beside the events.
  var plansBeside: Bool { statistics.robots > settings.planningBesideAbove }

  /// Begins a round with `job`, and with all else that is to be searched.
  mutating func planBeside(_ job: PlanningJob) {
    var job = job
    for i in robots.indices { job.jobs.append(robots[i].job) }
    job.search = searchIfDue(job.agents)
    if dispatchTimer.fires(now, every: settings.dispatchPeriod) {
      let open = tasksToEstimate()
      job.dispatch = PlanningJob.Dispatch(
        dispatcher: dispatcher, tasks: open.tasks, missions: open.missions,
        candidates: open.tasks.isEmpty ? [] : candidates(), site: site, now: now)
    }
    planning.begin(
      job, due: now + (settings.planningLatency ?? settings.planningPeriod), beside: workBeside)
  }

  /// Takes up what has come of the round under way, if there is one.
  mutating func finishPlanning() {
    guard let (job, result) = planning.finish() else { return }
    for move in result.moves where canFollow(Int(move.agent), job) { append(move) }
    let way = counted(result.found)
    // Asked before the first of them: one may lead a robot through its own goal.
    let free = Set(way.map(\.agent)).filter { canFollow(Int($0), job) }
    for move in way where free.contains(move.agent) { append(move) }
    if let dealt = result.dealt { take(dealt, job) }
  }

  /// Whether robot `i` can still drive what was planned for it when the round began: it may have been
  /// stopped meanwhile, have something else to do, or be at work where it has arrived.
  private func canFollow(_ i: Int, _ job: PlanningJob) -> Bool {
    guard isFree(i), let classIndex = robots[i].classIndex,
      job.agents[i].graph == Int32(classIndex), job.jobs[i] == robots[i].job
    else { return false }
    let isThere =
      robots[i].errand?.stops == true && traffic.plannedEnd(robots[i].index) == robots[i].goal
    return !isThere || isWaiting(i)
  }
}
