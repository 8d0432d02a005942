-- detection: how long the managers take to call a host that lost power DOWN. Swarm misses three
-- heartbeats of about five seconds first; parameters.most is the longest that is accepted, 20 s.
local most = parameters.most or 20
local off, count, sum, longest = {}, 0, 0, 0

on("host.off", function(event) off[event.subject] = event.time end)
on("host.on", function(event) off[event.subject] = nil end)

on("node.down", function(event)
    local struck = off[event.subject]
    if not struck then return end   -- Down for another reason: it was cut off, or stood still.
    local took = event.time - struck
    expect(took <= most, ("%s was noticed after %.1f s"):format(event.subject, took))
    count, sum, longest = count + 1, sum + took, math.max(longest, took)
end)

at_end(function()
    metric("nodes.noticed", count)
    if count == 0 then return end
    metric("detection.mean", sum / count, "s")
    metric("detection.longest", longest, "s")
end)
