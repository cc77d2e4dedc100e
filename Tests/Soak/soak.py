"""What the soaks of a demo share: the demo with its server, a process that submits keyed tasks, and the
audit of what became of them. Needs nothing but Python 3.8 and the program.

What must hold, whatever happens meanwhile:
  - every key that was submitted has one task, with the same id however often it is asked, and the
    task has ended;
  - a task that was seen ended never changes again, and its end is told once in the server's log;
  - no key has two tasks, the demo's own included;
  - no robots touch or pass what was released to them, and the demo finds nothing wrong.

A soak ends with status 0 and a line of figures as JSON, or with status 1 and what was wrong.
"""
import argparse
import json
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

ENDS = ("completed", "failed", "cancelled", "expired")


class Fleet:
    """Operator commands of one state directory."""

    def __init__(self, drover, state):
        self.drover, self.state = drover, state

    def ask(self, *words, limit=60):
        """The answer as JSON and None, or None and the error."""
        command = [self.drover, *words, "--state", self.state, "--json"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return None, {"code": "timeout", "message": " ".join(words)}
        if done.returncode == 0:
            return json.loads(done.stdout), None
        try:
            return None, json.loads(done.stderr)["error"]
        except (ValueError, KeyError):
            return None, {"code": "unreadable", "message": done.stderr.strip()[-300:]}

    def tasks(self):
        found, _ = self.ask("task", "list", "--all", "--limit", "10000")
        return found

    def submit(self, key, job):
        return self.ask("task", "submit", *job, "--key", key)


def pick_job(random_, stations):
    """A delivery or a drive: short standing times, so that many end between two kills."""
    start, end = random_.sample(stations, 2)
    if random_.random() < 0.3:
        return ["goto", "--station", start]
    times = ["--load-seconds", "2", "--unload-seconds", "2"]
    return ["deliver", "--from", start, "--to", end] + times


def submitter(drover, state, seed, stations, period, stop, results):
    """Submits under keys k0, k1, ... until told to stop; each until it is answered, some again."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    fleet, random_ = Fleet(drover, state), random.Random(seed)
    ids, jobs, problems, tries, number = {}, {}, [], 0, 0
    while not stop.is_set():
        repeats = ids and random_.random() < 0.3
        key = random_.choice(list(ids)) if repeats else f"k{number}"
        if not repeats:
            number += 1
            jobs[key] = pick_job(random_, stations)
        while True:
            tries += 1
            task, error = fleet.submit(key, jobs[key])
            if task:
                if ids.setdefault(key, task["id"]) != task["id"]:
                    problems.append(f"key {key} was {ids[key]} and is now {task['id']}")
                break
            if error["code"] in ("keyConflict", "invalid", "infeasible", "unknownStation"):
                problems.append(f"key {key}: {error}")
                break
            time.sleep(0.05)
        time.sleep(random_.uniform(0, 2 * period))
    results.put((ids, jobs, problems, tries))


class Demo:
    """`drover demo`, and the process of its server."""

    def __init__(self, options, state, environment):
        self.errors = open(os.path.join(state, "demo.err"), "w+")
        self.output = open(os.path.join(state, "demo.json"), "w+")
        command = [
            options.drover, "demo", options.site, "--robots", str(options.robots), "--json",
            "--state", state, "--time-scale", str(options.time_scale),
            "--seed", str(options.seed)]
        self.process = subprocess.Popen(
            command, stdout=self.output, stderr=self.errors, env=environment)

    def text(self, file):
        file.flush()
        with open(file.name) as copy:
            return copy.read()

    def servers(self):
        found = re.findall(r"^server: process (\d+)", self.text(self.errors), re.M)
        return [int(number) for number in found]

    def server(self, count, limit):
        """The process that is the server after `count` restarts."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            servers = self.servers()
            if len(servers) > count:
                return servers[count]
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        raise SystemExit(f"no server after {count} kills: {self.text(self.errors)[-2000:]}")

    def end(self):
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(60)
        return status, json.loads(self.text(self.output) or "{}")


class Witness:
    """Looks at all tasks now and then: what has ended stays as it is."""

    def __init__(self):
        self.ended, self.problems, self.looks = {}, [], 0

    def look(self, tasks):
        self.looks += 1
        keys = {}
        for task in tasks:
            other = keys.setdefault(task["key"], task["id"])
            if other != task["id"]:
                self.problems.append(f"key {task['key']} has tasks {other} and {task['id']}")
            facts = {name: task.get(name) for name in (
                "id", "key", "state", "robot", "ended_at", "driven_cells", "reassignments")}
            before = self.ended.get(task["id"])
            if before and before != facts:
                self.problems.append(f"{task['id']} had ended as {before} and is now {facts}")
            if task["ended"]:
                self.ended[task["id"]] = facts


def audit_log(state, problems):
    """Ends told in the server's log, by task: at most one each."""
    with open(os.path.join(state, "server.log"), errors="replace") as log:
        text = log.read()
    ends = re.findall(r"\b(t\d+) is (?:%s):" % "|".join(ENDS), text)
    for task in sorted(set(ends)):
        if ends.count(task) > 1:
            problems.append(f"the end of {task} was told {ends.count(task)} times")
    for line in text.splitlines():
        if re.search(r" (critical|error)\b", line) and "invariant" in line:
            problems.append(line)
    if "Fatal error" in text:
        problems.append("the server crashed: " + text[text.index("Fatal error"):][:500])
    return len(set(ends))


def drain(fleet, ids, witness, limit):
    """Waits until all keyed tasks have ended. - Returns those that have not."""
    end = time.monotonic() + limit
    while True:
        tasks = fleet.tasks()
        if tasks is not None:
            witness.look(tasks)
            by_key = {task["key"]: task for task in tasks}
            open_ = [key for key in ids if not by_key.get(key, {}).get("ended")]
            if not open_ or time.monotonic() > end:
                return open_, by_key
        elif time.monotonic() > end:
            return list(ids), {}
        time.sleep(0.5)


def begin(demo, fleet):
    """Waits until the demo serves. - Returns the names of its stations."""
    demo.server(0, 60)
    stations = None
    for _ in range(200):
        stations, _ = fleet.ask("station", "list")
        if stations:
            break
        time.sleep(0.1)
    names = [s["id"] for s in stations or [] if s["kind"] == "station"]
    if len(names) < 2:
        raise SystemExit(f"the demo did not start: {demo.text(demo.errors)}")
    return names


def audit(fleet, ids, jobs, open_, by_key, random_, problems):
    """Each key has one task, which has ended, and is the same when it is asked again."""
    for key in open_:
        task = by_key.get(key, {})
        why, _ = fleet.ask("explain", "task", ids[key])
        problems.append(f"{key} ({ids[key]}) has not ended: {task.get('state')} {why}")
    for key, identity in ids.items():
        if key in by_key and by_key[key]["id"] != identity:
            problems.append(f"key {key} was {identity} and is now {by_key[key]['id']}")
    for key in random_.sample(list(ids), min(20, len(ids))):
        again, error = fleet.submit(key, jobs[key])
        if not again or again["id"] != ids[key]:
            problems.append(f"{key} asked again: {again} {error}")


def end(demo, problems):
    """Ends the demo. - Returns its report."""
    status, report = demo.end()
    if status != 0:
        problems.append(f"the demo ended with {status}: {demo.text(demo.errors)[-500:]}")
    for name in ("collisions", "invariant_violations", "tasks_failed"):
        if report.get(name) != 0:
            problems.append(f"{name}: {report.get(name)}")
    return report


def run(options, state, problems, trouble):
    random_ = random.Random(options.seed)
    environment = dict(os.environ)
    demo = Demo(options, state, environment)
    fleet = Fleet(options.drover, state)
    try:
        names = begin(demo, fleet)
        stop, results = multiprocessing.Event(), multiprocessing.Queue()
        sender = multiprocessing.Process(target=submitter, args=(
            options.drover, state, options.seed, names, options.period, stop, results))
        sender.start()
        witness, started = Witness(), time.monotonic()
        figures = trouble(options, demo, fleet, witness, random_)
        troubled = time.monotonic() - started
        stop.set()
        ids, jobs, wrong, tries = results.get(timeout=120)
        sender.join()
        problems += wrong
        open_, by_key = drain(fleet, ids, witness, options.drain)
        drained = time.monotonic() - started - troubled
        audit(fleet, ids, jobs, open_, by_key, random_, problems)
        report = end(demo, problems)
        problems += witness.problems
        states = [by_key.get(key, {}).get("state") for key in ids]
        return {
            **figures, "robots": options.robots, "keys": len(ids), "tries": tries,
            "completed": states.count("completed"),
            "other_ends": {s: states.count(s) for s in ENDS[1:] if s in states},
            "tasks_seen_ended": len(witness.ended), "looks": witness.looks,
            "ends_in_log": audit_log(state, problems), "trouble_seconds": round(troubled, 1),
            "drain_seconds": round(drained, 1), "restarts": report.get("server_restarts"),
            "problems": len(problems)}
    finally:
        if demo.process.poll() is None:
            demo.process.kill()


def parser(doc):
    """The options that all soaks have."""
    made = argparse.ArgumentParser(
        description=doc.split("\n\n")[0], formatter_class=argparse.RawTextHelpFormatter)
    made.add_argument("--drover", default=".build/release/drover", help="the program")
    made.add_argument("--site", default="harbour")
    made.add_argument("--robots", type=int, default=50)
    made.add_argument("--period", type=float, default=1, help="mean pause between tasks, s")
    made.add_argument("--drain", type=float, default=900, help="longest wait at the end, s")
    made.add_argument("--time-scale", type=float, default=5)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--state", help="keep the store there (default: a temporary folder)")
    made.add_argument("--verbose", action="store_true")
    return made


def main(options, trouble):
    """Makes the demo, lets `trouble(options, demo, fleet, witness, random)` happen to it, which
    returns figures of its own, and tells how it ended."""
    problems = []
    with tempfile.TemporaryDirectory(prefix="drover-soak-") as temporary:
        state = options.state or temporary
        os.makedirs(state, mode=0o700, exist_ok=True)
        figures = run(options, state, problems, trouble)
    print(json.dumps(figures))
    for problem in problems:
        print(problem, file=sys.stderr)
    raise SystemExit(1 if problems else 0)
