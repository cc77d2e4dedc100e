import Grid
import MAPF
import Testing

@testable import PlannerFiles

@Suite struct LifelongFilesTests {
  private let folder: Folder
  private let map: String

  init() throws {
    folder = try Folder()
    map = try folder.file("map.txt", mapText(["..E", "S@."]))
  }

  private func failure(agents: String, tasks: String) throws -> String {
    let agents = try folder.file("agents.csv", agents)
    let tasks = try folder.file("tasks.csv", tasks)
    do throws(PlannerFileError) {
      _ = try LifelongFiles.load(map: map, agents: agents, tasks: tasks)
      return "no failure"
    } catch {
      return error.description.replacing(folder.path + "/", with: "")
    }
  }

  @Test func readsAgentsAndTasks() throws {
    let agents = try folder.file("agents.csv", "agent id,row,col\r\n0,0,2\r\n1,1,0\r\n")
    let tasks = try folder.file("tasks.csv", "targets\n0\n5,17\n\n")
    let instance = try LifelongFiles.load(map: map, agents: agents, tasks: tasks)
    #expect(instance.starts == [2, 3])
    #expect(instance.tasks == [0, 4])
  }

  @Test func namesFileLineAndValue() throws {
    let agents = "id,row,col\n0,0,0\n"
    let tasks = "targets\n0\n"
    let table: [(agents: String, tasks: String, message: String)] = [
      ("", tasks, "agents.csv: is empty; a line of headings is expected"),
      ("id,row,col\n", tasks, "agents.csv: has no agents"),
      ("0,0,0\n", tasks, "agents.csv:1: expected headings, found '0,0,0'"),
      (agents + "1,0\n", tasks, "agents.csv:3: 2 columns instead of 3 (id, row, column)"),
      (agents + "1,2,0\n", tasks, "agents.csv:3: row '2' is not a whole number in 0...1"),
      (agents + "1,0,x\n", tasks, "agents.csv:3: column 'x' is not a whole number in 0...2"),
      (agents + "1,1,1\n", tasks, "agents.csv:3: agent at (1, 1) is blocked in map.txt"),
      (agents + "1,0,0\n", tasks, "agents.csv:3: agent at (0, 0) is also that of line 2"),
      (agents, "targets\n", "tasks.csv: has no tasks"),
      (agents, tasks + "6\n", "tasks.csv:3: goal '6' is not a whole number in 0...5"),
      (agents, tasks + "4\n", "tasks.csv:3: goal 4 (1, 1) is blocked in map.txt"),
    ]
    for row in table {
      #expect(try failure(agents: row.agents, tasks: row.tasks) == row.message)
    }
  }

  @Test func recordingsHoldALetterAStep() throws {
    var grid = ActionRecording(turning: false, agentCount: 5, steps: 1)
    grid.append([.wait, .north, .south, .west, .east])
    #expect(
      String(decoding: grid.bytes, as: UTF8.self)
        == "{\"turning\":false,\"steps\":1,\"actions\":[\n\"W\",\n\"U\",\n\"D\",\n\"L\",\n\"R\"\n]}\n"
    )
    var turning = ActionRecording(turning: true, agentCount: 1, steps: 3)
    for action in [GridAction.forward, .turnLeft, .turnRight] { turning.append([action]) }
    #expect(String(decoding: turning.bytes, as: UTF8.self).contains("\"FLR\""))
  }
}
