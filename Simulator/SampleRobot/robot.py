#!/usr/bin/env python3
"""A small robot for Drover, written from docs/protocol.md alone.

It drives its legs at a constant speed and stops on the spot, so that what remains is the protocol:
link.py keeps the session, this file routes, actions and driving. Section numbers are those of
docs/protocol.md. Ctrl-C says goodbye to the server.
"""
import argparse
import json
import math
import pathlib
import signal

from link import Link, Reason, common, said, told

HANDLING = (told.ACTION_KIND_LOAD, told.ACTION_KIND_UNLOAD, told.ACTION_KIND_INSPECT)
BRUSH = (told.ACTION_KIND_BRUSH_ON, told.ACTION_KIND_BRUSH_OFF)


class Robot(Link):
    def __init__(self, options):
        super().__init__(options)
        self.x, self.y = float(options.x), float(options.y)
        self.heading = 0
        self.standing, self.loaded, self.energy = True, False, 1000.0
        self.order = self.update = self.visited = self.through = 0
        self.legs = {}  # number -> RouteLeg, of the order it has
        self.start = self.end = (self.x, self.y)  # of the route as far as it is known
        self.last_leg = 0
        self.way = []  # points still ahead within the leg being driven
        self.off_start = False  # the only point ahead is the order's start
        self.updates = {}  # update -> its bytes, to tell a repeated one from a conflicting one
        self.trims = {}  # update -> the leg at which the trim with this number ended the route
        self.paused = self.stopped = False
        self.queue, self.action, self.action_ends, self.unlocked = [], None, None, set()
        self.ended = {}  # action -> ActionEnded

    # -- What it is and where (section 3) ---------------------------------------------------------
    def factsheet(self):
        vehicle = said.VehicleClass(
            id=self.options.vehicle, length_mm=700, width_mm=600, error_mm=30,
            speed_mm_per_s=self.options.speed, acceleration_mm_per_s2=1000, braking_mm_per_s2=1500,
            payload_g=30000, skills=[said.SKILL_DELIVER, said.SKILL_PATROL],
            energy=said.EnergyModel(
                capacity_mwh=1200000, driving_mwh_per_km=30000, standing_mw=20000, charging_mw=900000))
        return said.Factsheet(
            vendor="Drover", model="sample", serial=self.options.robot, vehicle=vehicle,
            heartbeat_timeout_ms=self.options.timeout_ms).SerializeToString()

    def place(self):
        return common.Point(x_mm=round(self.x), y_mm=round(self.y))

    def route(self):
        if self.order == 0:
            return None
        return said.RoutePosition(
            order=self.order, update=self.update, visited=self.visited, through=self.through)

    def body_state(self):
        charging = self.action is not None and self.action.kind == told.ACTION_KIND_CHARGE
        return said.RobotState(
            heading_mdeg=self.heading, speed_mm_per_s=0 if self.standing else self.options.speed,
            energy_permille=max(0, int(self.energy)), charging=charging, loaded=self.loaded,
            mode=common.ROBOT_MODE_AUTOMATIC, holding=self.paused or self.held)

    # -- Routes (section 5) -----------------------------------------------------------------------
    def do_route(self, r, number):
        start = (r.start_x_mm, r.start_y_mm)
        if r.order < self.order:
            return self.refuse(number, Reason.REASON_UNKNOWN_ORDER)
        if r.order == self.order and r.update <= self.update:
            mine = r.SerializeToString()
            if self.updates.get(r.update, b"" if r.update in self.trims else mine) != mine:
                return self.refuse(number, Reason.REASON_CONFLICTING_UPDATE)
            return self.acknowledge()
        new = r.order > self.order
        if r.update != (1 if new else self.update + 1):
            return self.refuse(number, Reason.REASON_UPDATE_GAP)
        if new:
            near = max(abs(start[0] - self.x), abs(start[1] - self.y)) <= self.options.cell_mm / 2 + 30
            fits = near and self.standing and self.visited == self.through and r.first_leg == 1
        else:
            fits = start == self.end and r.first_leg == self.last_leg + 1 and r.released_through >= self.through
        if not fits or r.released_through > r.first_leg - 1 + len(r.legs):
            return self.refuse(number, Reason.REASON_ROUTE_MISMATCH)
        if new:
            self.order, self.visited, self.start, self.end = r.order, 0, start, start
            self.legs, self.updates, self.trims = {}, {}, {}
            self.off_start = start != (self.x, self.y)
            self.way = [start] if self.off_start else []
        self.update, self.through = r.update, r.released_through
        self.updates[r.update] = r.SerializeToString()
        self.updates.pop(r.update - 32, None)
        for i, leg in enumerate(r.legs):
            self.legs[r.first_leg + i] = leg
        self.last_leg = r.first_leg - 1 + len(r.legs)
        if r.legs:
            self.end = tuple(r.legs[-1].points_mm[-2:])
        self.acknowledge()

    def acknowledge(self):
        self.say(acknowledged=said.Acknowledged(order=self.order, update=self.update, through=self.through))

    def do_trim(self, t, number):
        if t.order != self.order:
            return self.refuse(number, Reason.REASON_UNKNOWN_ORDER)
        if t.update not in self.trims:
            if t.update not in (self.update, self.update + 1):
                early = t.update < self.update
                return self.refuse(
                    number, Reason.REASON_CONFLICTING_UPDATE if early else Reason.REASON_UPDATE_GAP)
            under_way = self.visited + 1 if self.way and self.visited < self.through else self.visited
            last = min(max(t.through, under_way), self.last_leg)
            self.end = tuple(self.legs[last].points_mm[-2:]) if last else self.start
            self.legs = {n: leg for n, leg in self.legs.items() if n <= last}
            self.last_leg, self.update, self.through = last, t.update, min(self.through, last)
            self.trims[t.update] = last
        self.say(trimmed=said.Trimmed(order=self.order, update=t.update, through=self.trims[t.update]))

    # -- Other commands (sections 6 and 7) --------------------------------------------------------
    def do_action(self, action, number):
        waiting = [a.id for a in self.queue]
        if action.id in self.ended:
            self.say(action_ended=self.ended[action.id])
        elif self.action is not None and self.action.id == action.id:
            self.say(action_started=said.ActionStarted(action=action.id))
        elif action.kind in BRUSH:
            self.refuse(number, Reason.REASON_NOT_SUPPORTED)
        elif action.id not in waiting:
            self.queue.append(action)

    def do_cancel_action(self, cancel, _number):
        if self.action is not None and self.action.id == cancel.action:
            return self.end_action(cancelled=common.Empty())
        self.queue = [a for a in self.queue if a.id != cancel.action]
        ended = said.ActionEnded(action=cancel.action, cancelled=common.Empty())
        self.say(action_ended=self.ended.setdefault(cancel.action, ended))

    def do_unlock(self, unlock, number):
        known = [a.id for a in self.queue] + ([self.action.id] if self.action is not None else [])
        if unlock.action in known:
            self.unlocked.add(unlock.action)
        elif unlock.action not in self.ended:
            self.refuse(number, Reason.REASON_NOT_UNLOCKED)

    def do_pause(self, _command, _number):
        self.paused = True

    def do_stop(self, _command, _number):
        self.stopped = True

    def do_resume(self, _command, _number):
        self.paused = self.stopped = False

    def do_signal(self, _command, _number):
        pass

    def do_acknowledge_events(self, _command, _number):
        pass

    # -- Doing ------------------------------------------------------------------------------------
    def act(self):
        """One action at a time, standing still."""
        if self.action is None and self.queue and self.standing:
            self.action = self.queue.pop(0)
            own = 5 if self.action.kind in HANDLING else math.inf
            duration = self.action.duration_ms / 1000 or own
            self.action_ends = self.now() + duration
            self.say(action_started=said.ActionStarted(action=self.action.id))
        if self.action is None:
            return
        over = self.now() >= self.action_ends
        if self.action.kind == told.ACTION_KIND_HAND_OVER:
            if self.action.id in self.unlocked:
                self.end_action(succeeded=common.Empty())
            elif over:
                self.end_action(failed="nobody took the load in time")
        elif over or self.action.kind == told.ACTION_KIND_CHARGE and self.energy >= 1000:
            self.end_action(succeeded=common.Empty())

    def end_action(self, **result):
        kind = self.action.kind
        if "succeeded" in result and kind != told.ACTION_KIND_CHARGE:
            if kind == told.ACTION_KIND_LOAD:
                self.loaded = True
            elif kind in (told.ACTION_KIND_UNLOAD, told.ACTION_KIND_HAND_OVER):
                self.loaded = False
        ended = said.ActionEnded(action=self.action.id, **result)
        self.ended[self.action.id] = ended
        self.ended = dict(list(self.ended.items())[-16:])
        self.unlocked.discard(self.action.id)
        self.action, self.state_due = None, True
        self.say(action_ended=ended)

    def drive(self, seconds):
        """Drives what is released, at a constant speed; it can stop on the spot."""
        was_standing, self.standing = self.standing, True
        self.energy -= seconds * 0.005
        if self.action is not None and self.action.kind == told.ACTION_KIND_CHARGE:
            self.energy = min(1000, self.energy + seconds * 0.2)
        if self.stopped or self.held or self.action is not None:
            seconds = 0
        while seconds > 0 and self.visited < self.through:
            leg = self.legs[self.visited + 1]
            limit = leg.speed_limit_mm_per_s or self.options.speed
            if not self.way or self.off_start:
                if self.paused:  # at a leg's end
                    break
                self.way += zip(leg.points_mm[::2], leg.points_mm[1::2])
                self.off_start = False
            self.standing = False
            seconds = self.approach(self.way[0], min(limit, self.options.speed), seconds)
            if (self.x, self.y) == self.way[0]:
                self.way.pop(0)
                if not self.way:
                    self.visited += 1
                    self.say(visited=said.Visited(order=self.order, leg=self.visited))
        if self.silent and self.standing and not self.held:
            self.held = self.state_due = True
        self.state_due = self.state_due or self.standing != was_standing

    def approach(self, target, speed, seconds):
        """Moves towards `target` and returns the seconds that are left."""
        dx, dy = target[0] - self.x, target[1] - self.y
        rest = math.hypot(dx, dy)
        if rest > 0:
            self.heading = round(math.degrees(math.atan2(dx, -dy)) * 1000) % 360000
        if rest <= speed * seconds:
            self.x, self.y = map(float, target)
            return seconds - rest / speed
        self.x += dx / rest * speed * seconds
        self.y += dy / rest * speed * seconds
        return 0

    def run(self):
        last = self.now()
        try:
            while True:
                self.poll()
                before, last = last, self.now()
                self.drive(last - before)
                self.act()
                self.keep_telling()
        except KeyboardInterrupt:
            self.goodbye()


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--credentials", help="a JSON file of names to passwords, as `drover robot enrol` writes it")
    p.add_argument("--host", default="127.0.0.1")
    p.add_argument("--port", type=int, default=1883)
    p.add_argument("--ca", help="certificate of the authority that signed the broker's, for TLS")
    p.add_argument("--robot", required=True, help="the id under which it is enrolled")
    p.add_argument("--password")
    p.add_argument("--site", required=True, help="the site's id")
    p.add_argument("--vehicle", default="van", help="a vehicle class of the site")
    p.add_argument("--cell", default="0,0", help="start cell, COLUMN,ROW from the north-west")
    p.add_argument("--cell-mm", type=int, default=1000, help="size of a cell")
    p.add_argument("--speed", type=int, default=1000, help="mm/s")
    p.add_argument("--timeout-ms", type=int, default=5000, help="of the watchdog")
    p.add_argument("--time-scale", type=float, default=1.0, help="of a server that runs faster too")
    options = p.parse_args()
    if options.credentials:
        known = json.loads(pathlib.Path(options.credentials).read_text())
        options.password = options.password or known.get(options.robot)
    if not options.password:
        p.error(f"no password for {options.robot}: --password or --credentials")
    column, row = map(int, options.cell.split(","))
    options.x, options.y = (column + 0.5) * options.cell_mm, (row + 0.5) * options.cell_mm
    return options


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    Robot(parse()).run()
