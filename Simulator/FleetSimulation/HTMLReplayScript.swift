extension HTMLReplayPage {
  /// Draws and steers.
  static let script = #"""
    (function () {
      const $ = id => document.getElementById(id);
      const facts = JSON.parse($("facts").textContent);
      const text = atob($("stream").textContent.trim());
      const bytes = new Uint8Array(text.length);
      for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
      const data = decodeReplay(bytes, facts.width * facts.height, facts.robots.length);
      $("stream").textContent = "";
      const cell = facts.cell / 10, count = facts.robots.length;
      const map = $("map"), view = map.getContext("2d");
      const kinds = [["#8a8f98", "free"], ["#1c6dd0", "has a task"], ["#0a8f5a", "loaded"],
        ["#e0a800", "charging"], ["#d9480f", "stopped, held or offline"], ["#c2006b", "astray"]];
      $("legend").innerHTML =
        kinds.map(k => `<i style="background:${k[0]}"></i>${k[1]}<br>`).join("");
      let now = 0, playing = false, before = 0, chosen = -1, place = null;
      let scale = 1, left = 0, top = 0;

      // The map once, a pixel a cell.
      const ground = document.createElement("canvas");
      ground.width = facts.width; ground.height = facts.height;
      const image = ground.getContext("2d").createImageData(facts.width, facts.height);
      for (let i = 0; i < data.passable.length; i++) {
        const c = data.passable[i] ? [247, 245, 240] : [196, 190, 180];
        image.data.set([c[0], c[1], c[2], 255], i * 4);
      }
      const tint = {station: [158, 190, 226], charger: [160, 215, 170], parking: [222, 222, 226]};
      for (const p of facts.places)
        for (const c of p.cells) image.data.set([...tint[p.kind], 255], c * 4);
      ground.getContext("2d").putImageData(image, 0, 0);

      const names = [...facts.robots, ...facts.tasks, ...facts.places.map(p => p.name)];
      $("names").innerHTML = names.slice(0, 4000).map(n => `<option value="${n}">`).join("");
      $("time").max = facts.end;
      const robotOfTask = new Map();
      data.robots.forEach((robot, i) => robot.task.values.forEach((task, k) => {
        if (task && !robotOfTask.has(task)) robotOfTask.set(task, [i, robot.task.times[k]]);
      }));

      const value = (log, time) => log.values[lastAt(log.times, time, 1)];
      function middle(c) {
        return [(c % facts.width + .5) * cell, (Math.floor(c / facts.width) + .5) * cell];
      }
      function fit() {
        scale = Math.min(map.width / (facts.width * cell), map.height / (facts.height * cell));
        left = (map.width - facts.width * cell * scale) / 2;
        top = (map.height - facts.height * cell * scale) / 2;
      }
      function resize() {
        map.width = map.clientWidth * devicePixelRatio;
        map.height = map.clientHeight * devicePixelRatio;
        marks();
        fit(); draw();
      }
      function marks() {
        const m = $("marks"), v = m.getContext("2d");
        m.width = m.clientWidth; m.height = 10;
        const x = t => t / facts.end * m.width;
        v.fillStyle = "#e6f4ea"; v.fillRect(x(facts.healed), 0, m.width, 10);
        v.fillStyle = "#bbb";
        for (const f of facts.faults) v.fillRect(x(100 * parseFloat(f.slice(7))), 4, 1, 6);
        v.fillStyle = "#d00";
        for (const f of facts.violations) v.fillRect(x(100 * parseFloat(f.slice(3))), 0, 2, 10);
      }
      function kindOf(robot) {
        const flags = value(robot.flags, now);
        if (flags & 32) return 5;
        if (flags & 11) return 4;
        if (flags & 16) return 3;
        if (flags & 4) return 2;
        return value(robot.task, now) ? 1 : 0;
      }
      function roads(poses, planned) {
        view.beginPath();
        data.robots.forEach((robot, i) => {
          const k = lastAt(robot.road.times, now, 1);
          const road = robot.road.list[k], until = robot.road.released[k];
          const from = planned ? Math.max(1, until) : 1, to = planned ? road.length : until;
          if (to <= from) return;
          // The cells that it has passed since the last change are left out.
          let first = from;
          if (!planned) {
            let best = 1e18;
            for (let j = 0; j < to; j++) {
              const [x, y] = middle(road[j]);
              const d = (x - poses[i][0]) ** 2 + (y - poses[i][1]) ** 2;
              if (d <= best) { best = d; first = j + 1; }
            }
            view.moveTo(poses[i][0], poses[i][1]);
          } else {
            view.moveTo(...middle(road[from - 1]));
          }
          for (let j = Math.max(1, first); j < to; j++) view.lineTo(...middle(road[j]));
        });
      }
      function draw() {
        view.setTransform(1, 0, 0, 1, 0, 0);
        view.fillStyle = "#dfdcd4"; view.fillRect(0, 0, map.width, map.height);
        view.setTransform(scale, 0, 0, scale, left, top);
        view.imageSmoothingEnabled = false;
        view.drawImage(ground, 0, 0, facts.width * cell, facts.height * cell);
        const poses = data.robots.map(robot => poseAt(robot.track, now));
        view.lineJoin = "round";
        if ($("planned").checked) {
          roads(poses, true);
          view.setLineDash([cell / 4, cell / 4]);
          view.strokeStyle = "#7a5cc088"; view.lineWidth = cell / 8; view.stroke();
          view.setLineDash([]);
        }
        if ($("released").checked) {
          roads(poses, false);
          view.strokeStyle = "#2f9e4499"; view.lineWidth = cell / 4; view.stroke();
        }
        const paths = kinds.map(() => new Path2D());
        // Far out, robots are drawn larger than they are.
        const least = 5 * devicePixelRatio / scale;
        data.robots.forEach((robot, i) => {
          const vehicle = facts.classes[facts.robotClasses[i]];
          const a = Math.max(vehicle.length / 10, least) / 2;
          const b = Math.max(vehicle.width / 10, least * .6) / 2;
          const [x, y, h] = poses[i], angle = h / 10 * Math.PI / 180;
          const c = Math.cos(angle), s = Math.sin(angle), path = paths[kindOf(robot)];
          // A heading of 0 is north, and it grows clockwise: the nose is a point.
          const corner = (u, v) => [x + v * c + u * s, y + v * s - u * c];
          path.moveTo(...corner(-a, -b)); path.lineTo(...corner(a * .5, -b));
          path.lineTo(...corner(a, 0)); path.lineTo(...corner(a * .5, b));
          path.lineTo(...corner(-a, b)); path.closePath();
        });
        kinds.forEach((k, i) => { view.fillStyle = k[0]; view.fill(paths[i]); });
        if ($("queues").checked) {
          view.beginPath();
          data.robots.forEach((robot, i) => {
            const other = value(robot.waits, now) - 1;
            if (other < 0) return;
            view.moveTo(poses[i][0], poses[i][1]); view.lineTo(poses[other][0], poses[other][1]);
          });
          view.strokeStyle = "#d00a"; view.lineWidth = Math.max(cell / 12, 1 / scale);
          view.stroke();
        }
        labels(poses);
        if (chosen >= 0) ring(poses[chosen][0], poses[chosen][1], "#d00");
        if (place) for (const c of place.cells) ring(...middle(c), "#1c6dd0");
        tell();
      }
      function ring(x, y, colour) {
        view.beginPath();
        view.arc(x, y, Math.max(cell, 14 * devicePixelRatio / scale), 0, 7);
        view.strokeStyle = colour; view.lineWidth = 3 * devicePixelRatio / scale; view.stroke();
      }
      function labels(poses) {
        view.font = `${11 * devicePixelRatio / scale}px sans-serif`;
        if ($("places").checked && scale * cell > 9) {
          view.fillStyle = "#235";
          for (const p of facts.places)
            if (p.kind !== "parking") view.fillText(p.name, ...middle(p.cells[0]));
        }
        if (!$("names_on").checked) return;
        view.fillStyle = "#000";
        poses.forEach((p, i) => view.fillText(facts.robots[i], p[0] + cell / 2, p[1]));
      }
      function shown(time) {
        const s = Math.floor(time / 100), two = n => String(n).padStart(2, "0");
        return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
      }
      function tell() {
        const house = value(data.house, now);
        $("clock").textContent = `${shown(now)} / ${shown(facts.end)}`;
        let waiting = 0, busy = 0;
        for (const robot of data.robots) {
          if (value(robot.waits, now)) waiting++;
          if (value(robot.task, now)) busy++;
        }
        $("count").textContent = `${count} robots, ${busy} with a task, ${waiting} waiting`;
        let lines = `${facts.title} on ${facts.site}`;
        if (house & 4) lines += "\nhealed: no more faults, no more demand";
        if (house & 1) lines += "\nthe server is down";
        if (house & 2) lines += "\nthe broker is down";
        if (chosen >= 0) lines += "\n\n" + about(chosen);
        if (place) lines += `\n\n${place.kind} ${place.name}`;
        const found = facts.violations
          .filter(f => Math.abs(100 * parseFloat(f.slice(3)) - now) < 150);
        if (found.length) lines += "\n\n" + found.slice(0, 5).join("\n");
        $("info").textContent = lines;
      }
      function about(i) {
        const robot = data.robots[i], task = value(robot.task, now);
        const flags = value(robot.flags, now);
        const wait = value(robot.waits, now), k = lastAt(robot.road.times, now, 1);
        const is = [[1, "no connection"], [2, "held by its watchdog"], [4, "loaded"],
          [8, "stopped or without energy"], [16, "charging"], [32, "where it should not be"]];
        return [facts.robots[i], task ? "task " + facts.tasks[task - 1] : "no task",
          ...is.filter(f => flags & f[0]).map(f => f[1]),
          `${robot.road.released[k]} of ${robot.road.list[k].length} cells of road released`,
          ...(wait ? ["waits for " + facts.robots[wait - 1]] : [])].join("\n");
      }
      function go(time) {
        now = Math.max(0, Math.min(facts.end, time));
        $("time").value = now;
        draw();
      }
      function centre(x, y) {
        left = map.width / 2 - x * scale; top = map.height / 2 - y * scale;
      }
      function find(name) {
        chosen = facts.robots.indexOf(name); place = null;
        const task = facts.tasks.indexOf(name) + 1;
        if (chosen < 0 && task && robotOfTask.has(task)) {
          const [robot, time] = robotOfTask.get(task);
          chosen = robot;
          if (value(data.robots[robot].task, now) !== task) now = time;
        }
        if (chosen < 0) place = facts.places.find(p => p.name === name) || null;
        if (chosen >= 0 || place) {
          scale = Math.max(scale, 12 * devicePixelRatio / cell);
          centre(...(place ? middle(place.cells[0]) : poseAt(data.robots[chosen].track, now)));
        }
        go(now);
      }
      function play(on) {
        playing = on; before = performance.now();
        $("play").textContent = on ? "Pause" : "Play";
        if (on) requestAnimationFrame(turn);
      }
      function turn(time) {
        if (!playing) return;
        const step = (time - before) / 10 * Number($("speed").value);
        before = time;
        if (now >= facts.end) return play(false);
        go(now + Math.max(0, step));
        requestAnimationFrame(turn);
      }
      $("play").onclick = () => play(!playing);
      $("time").oninput = () => go(Number($("time").value));
      $("find").onchange = () => find($("find").value.trim());
      for (const id of ["released", "planned", "queues", "places", "names_on"])
        $(id).onchange = draw;
      addEventListener("resize", resize);
      addEventListener("keydown", e => {
        if (e.target.type === "search") return;
        if (e.key === " ") { play(!playing); e.preventDefault(); }
        if (e.key === "ArrowRight") { go(now + 100); e.preventDefault(); }
        if (e.key === "ArrowLeft") { go(now - 100); e.preventDefault(); }
      });
      map.onwheel = e => {
        e.preventDefault();
        const x = e.offsetX * devicePixelRatio, y = e.offsetY * devicePixelRatio;
        const by = Math.exp(-e.deltaY / 400);
        left = x - (x - left) * by; top = y - (y - top) * by; scale *= by;
        draw();
      };
      let drag = null;
      map.onpointerdown = e => {
        drag = [e.clientX, e.clientY, false]; map.setPointerCapture(e.pointerId);
      };
      map.onpointermove = e => {
        if (!drag) return;
        const dx = e.clientX - drag[0], dy = e.clientY - drag[1];
        if (!drag[2] && Math.abs(dx) + Math.abs(dy) < 4) return;
        left += dx * devicePixelRatio; top += dy * devicePixelRatio;
        drag = [e.clientX, e.clientY, true];
        draw();
      };
      map.onpointerup = e => {
        if (drag && !drag[2]) pick(e.offsetX * devicePixelRatio, e.offsetY * devicePixelRatio);
        drag = null;
      };
      function pick(x, y) {
        const at = [(x - left) / scale, (y - top) / scale];
        let best = (12 * devicePixelRatio / scale) ** 2;
        chosen = -1; place = null;
        data.robots.forEach((robot, i) => {
          const p = poseAt(robot.track, now), d = (p[0] - at[0]) ** 2 + (p[1] - at[1]) ** 2;
          if (d < best) { best = d; chosen = i; }
        });
        draw();
      }
      resize();
    })();
    """#
}
