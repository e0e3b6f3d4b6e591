-- Prints the percentiles that wrk itself doesn't.
function done(summary, latency, requests)
  io.write(string.format("latency p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, longest %.1f ms\n",
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3, latency.max / 1e3))
end
