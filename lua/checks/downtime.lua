-- downtime: no service that has run is without a running container for longer than
-- parameters.most seconds (30 by default). Counts what executes, not what the managers believe.
local most = parameters.most or 30
local running, since, worst = {}, {}, {}

local function close(service, time)
    if not since[service] then return end
    local gap = time - since[service]
    worst[service] = math.max(worst[service] or 0, gap)
    expect(gap <= most, ("%s was down for %.1f s"):format(service, gap))
    since[service] = nil
end

on("container.started", function(event)
    close(event.service, event.time)
    running[event.service] = (running[event.service] or 0) + 1
end)

on("container.ended", function(event)
    running[event.service] = (running[event.service] or 1) - 1
    if running[event.service] == 0 then since[event.service] = event.time end
end)

at_end(function(run)
    for service in pairs(running) do
        close(service, run.time)
        metric("downtime." .. service, worst[service] or 0, "s")
    end
end)
