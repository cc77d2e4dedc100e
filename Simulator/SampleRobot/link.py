"""The robot's side of the protocol that is the same whatever it drives: sessions, numbering in both
directions, the watchdog's ear. Section numbers are those of docs/protocol.md."""
import importlib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import paho.mqtt.client as mqtt

PROTO = pathlib.Path(__file__).resolve().parents[2] / "Proto"


def load_messages():
    """The message modules of Proto/drover/v1, generated into a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        compiler = ["protoc"] if shutil.which("protoc") else [sys.executable, "-m", "grpc_tools.protoc"]
        files = [f"drover/v1/{name}.proto" for name in ("common", "robot", "control")]
        subprocess.run(compiler + [f"-I{PROTO}", f"--python_out={folder}"] + files, check=True)
        sys.path.insert(0, folder)
        return [importlib.import_module(f"drover.v1.{name}_pb2") for name in ("common", "robot", "control")]


common, said, told = load_messages()
Reason = said.Refused  # where the enum's values live
CARRIED_OVER = ("action_started", "action_ended", "incident")


class Link:
    """Commands arrive in order, each once, as calls of `do_COMMAND(command, number)`; the robot
    fills in `factsheet`, `body_state`, `route`, `place` and `standing`."""

    def __init__(self, options):
        self.options = options
        self.root = f"drover/v1/{options.site}/"
        self.client, self.online = None, False
        self.wait = self.retry_at = 0.0
        self.session = self.server = self.last_control = self.state_number = 0
        self.events, self.next_event = [], 1
        self.silent = self.held = False
        self.heard = None
        self.state_due, self.state_at, self.resend_at = False, 0.0, 0.0

    def now(self):
        """A clock that runs `time_scale` times faster; all timeouts are its."""
        return time.monotonic() * self.options.time_scale

    # -- Session (sections 1 and 3) ---------------------------------------------------------------
    def topic(self, kind):
        return f"{self.root}robots/{self.options.robot}/{kind}"

    def connect(self):
        self.session = max(self.session + 1, int(time.time()))
        # paho-mqtt 2 wants to be told which callbacks are meant; 1.6 (Debian 12) knows but one kind.
        callbacks = [mqtt.CallbackAPIVersion.VERSION2] if hasattr(mqtt, "CallbackAPIVersion") else []
        client = mqtt.Client(
            *callbacks, client_id=f"drover-{self.options.robot}", clean_session=True, protocol=mqtt.MQTTv311)
        client.username_pw_set(self.options.robot, self.options.password)
        if self.options.ca:
            client.tls_set(self.options.ca)
        client.will_set(self.topic("connection"), self.connection(said.ConnectionMessage.STATUS_LOST), 1, True)
        client.on_connect, client.on_message = self.on_connect, self.on_message
        client.connect(self.options.host, self.options.port, keepalive=10)
        self.client = client

    def poll(self):
        """Lets MQTT work; connects (again) when there is no connection."""
        if self.client is not None and self.client.loop(timeout=0.02) == mqtt.MQTT_ERR_SUCCESS:
            return
        self.client, self.online = None, False
        if time.monotonic() < self.retry_at:
            return time.sleep(0.02)
        self.wait = min(8, self.wait * 2 or 1)
        self.retry_at = time.monotonic() + self.wait
        try:
            self.connect()
        except OSError as error:
            print(f"{self.options.robot}: no connection: {error}", flush=True)

    def goodbye(self):
        if self.online:
            offline = self.connection(said.ConnectionMessage.STATUS_OFFLINE)
            message = self.client.publish(self.topic("connection"), offline, 1, True)
            until = time.monotonic() + 2
            while not message.is_published() and time.monotonic() < until:
                self.client.loop(timeout=0.1)
            self.client.disconnect()

    def connection(self, status):
        return said.ConnectionMessage(session_epoch=self.session, status=status).SerializeToString()

    def on_connect(self, client, _data, _flags, code, _properties=None):
        if code != 0:
            print(f"{self.options.robot}: the broker refuses the connection: {code}", flush=True)
            return
        client.subscribe([(self.topic("control"), 1), (self.root + "fleet/heartbeat", 0)])
        client.publish(self.topic("connection"), self.connection(said.ConnectionMessage.STATUS_ONLINE), 1, True)
        client.publish(self.topic("factsheet"), self.factsheet(), 1, True)
        self.online, self.wait, self.retry_at = True, 0, 0
        kept = [e for e in self.events if e.WhichOneof("event") in CARRIED_OVER]
        self.events, self.next_event = [], 1
        self.last_control = self.state_number = 0
        self.present()
        for event in kept:
            self.say(**{event.WhichOneof("event"): getattr(event, event.WhichOneof("event"))})
        self.heard = self.heard or self.now()
        self.state_due = True
        print(f"{self.options.robot}: session {self.session}", flush=True)

    # -- Telling (section 4) ----------------------------------------------------------------------
    def say(self, **event):
        self.events.append(said.RobotEvent(number=self.next_event, **event))
        self.next_event += 1
        self.report(self.events[-1:])
        if len(self.events) == 1:
            self.resend_at = self.now() + 2

    def report(self, events):
        if not self.online:
            return
        report = said.RobotReport(session_epoch=self.session, events=events)
        self.client.publish(self.topic("report"), report.SerializeToString(), 1)

    def present(self, query=0):
        self.say(
            present=said.Present(
                position=self.place(), route=self.route(), standing=self.standing, server_epoch=self.server,
                answering=query,
            )
        )

    def refuse(self, number, reason):
        self.say(refused=said.Refused(number=number, reason=reason))

    def tell_state(self):
        self.state_number += 1
        state = said.RobotState(
            session_epoch=self.session, server_epoch=self.server, number=self.state_number,
            position=self.place(), route=self.route(), last_control=self.last_control)
        state.MergeFrom(self.body_state())
        self.client.publish(self.topic("state"), state.SerializeToString(), 0)
        self.state_due, self.state_at = False, self.now()

    def keep_telling(self):
        """What is to be told now: kept events every 2 s, the state when due."""
        now = self.now()
        if self.heard is not None and now - self.heard > self.options.timeout_ms / 1000:
            self.silent = True
        if not self.online:
            return
        if self.events and now >= self.resend_at:
            for i in range(0, len(self.events), 128):
                self.report(self.events[i:i + 128])
            self.resend_at = now + 2
        if self.state_due or now - self.state_at >= (5 if self.standing else 1):
            self.tell_state()

    # -- Hearing (sections 4, 7 and 9) ------------------------------------------------------------
    def on_message(self, _client, _data, message):
        if message.topic.endswith("heartbeat"):
            beat = told.Heartbeat.FromString(message.payload)
            if beat.server_epoch >= self.server:
                self.meet(beat.server_epoch)
                self.hear()
        else:
            self.control(told.ControlMessage.FromString(message.payload))

    def hear(self):
        if not self.held:
            self.heard, self.silent = self.now(), False

    def meet(self, epoch):
        if epoch > self.server:
            self.server, self.last_control = epoch, 0
            self.state_due = True
            self.present()

    def control(self, m):
        if m.session_epoch != self.session or m.server_epoch < self.server:
            return
        self.meet(m.server_epoch)
        self.events = [e for e in self.events if e.number > m.committed_event]
        self.state_due = True
        if m.number != self.last_control + 1:
            return
        self.last_control = m.number
        command = m.WhichOneof("command")
        handler = getattr(self, f"do_{command}", None)
        if handler:
            handler(getattr(m, command), m.number)
        else:
            self.refuse(m.number, Reason.REASON_NOT_SUPPORTED)

    def do_query(self, _command, number):
        self.present(number)

    def do_confirm(self, confirm, number):
        if not self.held:
            return
        if confirm.order != self.order:
            self.refuse(number, Reason.REASON_UNKNOWN_ORDER)
        elif confirm.update != self.update:
            self.refuse(number, Reason.REASON_UPDATE_GAP)
        else:
            self.held = False
            self.hear()
