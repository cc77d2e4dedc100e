/// The page of an HTML replay: style, body, and the script that reads the stream.
enum HTMLReplayPage {
  static let style = #"""
    html,body{margin:0;height:100%;overflow:hidden;font:13px system-ui,sans-serif;background:#dfdcd4}
    #map{position:absolute;inset:0 0 84px 0;width:100%;height:calc(100% - 84px);display:block;
      cursor:grab}
    #bar{position:absolute;left:0;right:0;bottom:0;height:84px;background:#fff;
      border-top:1px solid #bbb}
    #row{display:flex;gap:10px;align-items:center;padding:6px 10px;white-space:nowrap}
    #time{width:calc(100% - 20px);margin:0 10px}
    #marks{display:block;width:calc(100% - 36px);height:10px;margin:0 18px}
    #clock{font-variant-numeric:tabular-nums;min-width:11em}
    #info{position:absolute;top:10px;right:10px;min-width:230px;max-width:420px;background:#fffd;
      border:1px solid #bbb;border-radius:4px;padding:8px;white-space:pre-line}
    #legend{position:absolute;top:10px;left:10px;background:#fffd;border:1px solid #bbb;
      border-radius:4px;padding:6px 8px;line-height:1.5}
    #legend i{display:inline-block;width:10px;height:10px;margin-right:6px}
    input[type=search]{width:15em}
    .bad{color:#c00;font-weight:600}
    """#

  static let body = #"""
    <canvas id="map"></canvas>
    <div id="legend"></div><div id="info"></div>
    <div id="bar"><div id="row">
    <button id="play" title="Space">Play</button>
    <select id="speed" title="Times real time">
    <option>1</option><option>2</option><option>5</option><option selected>10</option><option>30</option><option>100</option></select>
    <span id="clock"></span>
    <input type="search" id="find" list="names" placeholder="robot, task or place">
    <datalist id="names"></datalist>
    <label><input type="checkbox" id="released" checked> released</label>
    <label><input type="checkbox" id="planned"> planned</label>
    <label><input type="checkbox" id="queues" checked> waits for</label>
    <label><input type="checkbox" id="places" checked> places</label>
    <label><input type="checkbox" id="names_on"> names</label>
    <span id="count"></span></div>
    <input type="range" id="time" min="0" value="0" step="1">
    <canvas id="marks"></canvas></div>
    """#

  /// Reads the stream: `decodeReplay(bytes, cells, robots)`, the same order as
  /// `Recording.encoded()`.
  static let decoder = #"""
    "use strict";
    function decodeReplay(bytes, cells, robots) {
      let at = 4;
      if (String.fromCharCode(...bytes.slice(0, 4)) !== "DRV1") throw new Error("not a replay");
      function number() {
        let value = 0, scale = 1, byte;
        do { byte = bytes[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte & 128);
        return value;
      }
      function difference() { const n = number(); return n % 2 ? -(n + 1) / 2 : n / 2; }
      function part(read) {
        const end = number() + at;
        const result = read(end);
        if (at !== end) throw new Error("a part of the stream is damaged");
        return result;
      }
      function raster(end) {
        const passable = new Uint8Array(cells);
        let cell = 0, kind = 0;
        while (at < end) {
          const run = number();
          passable.fill(kind, cell, cell + run);
          cell += run;
          kind = 1 - kind;
        }
        return passable;
      }
      function log(end) {
        const times = [0], values = [0];
        let time = 0;
        while (at < end) { time += number(); times.push(time); values.push(number()); }
        return {times, values};
      }
      function track(end) {
        const corners = [];
        let t = 0, x = 0, y = 0, h = 0;
        while (at < end) {
          t += number(); x += difference(); y += difference(); h += difference();
          corners.push(t, x, y, h);
        }
        return Float64Array.from(corners);
      }
      function roads(end) {
        const times = [0], list = [new Int32Array(0)], released = [0];
        let time = 0, road = [];
        while (at < end) {
          time += number();
          const behind = number(), kept = number(), added = number();
          road = road.slice(behind, behind + kept);
          for (let i = 0; i < added; i++)
            road.push(difference() + (road.length ? road[road.length - 1] : 0));
          times.push(time); list.push(Int32Array.from(road)); released.push(number());
        }
        return {times, list, released};
      }
      const result = {passable: part(raster), house: part(log), robots: []};
      for (let i = 0; i < robots; i++)
        result.robots.push({track: part(track), road: part(roads), waits: part(log),
          task: part(log), flags: part(log)});
      if (at !== bytes.length) throw new Error("the stream is longer than its robots");
      return result;
    }
    // Position of the last entry at or before a time, by halves.
    function lastAt(times, time, stride) {
      let low = 0, high = times.length / stride - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (times[middle * stride] <= time) low = middle; else high = middle - 1;
      }
      return low;
    }
    function poseAt(track, time) {
      const i = lastAt(track, time, 4) * 4;
      if (i + 4 >= track.length || time <= track[i]) return [...track.slice(i + 1, i + 4)];
      const share = (time - track[i]) / (track[i + 4] - track[i]);
      return [1, 2, 3].map(k => track[i + k] + share * (track[i + 4 + k] - track[i + k]));
    }
    """#
}
