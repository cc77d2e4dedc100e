// `make bench`: processor time of the parts that matter, on made-up instances that need no data.
// Whole fleets are measured by `drover simulate` (speedup) and `drover demo` (latencies).

report("Planning", planningFigures())
report("Traffic", trafficFigures())
report("Wire", wireFigures())
