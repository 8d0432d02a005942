-- restarts: no service is restarted more often than parameters.most times in a minute (5 by
-- default): a task that dies as soon as it runs, or a node that throws out whatever comes.
local most = parameters.most or 5
local times, totals = {}, {}

on("task.restart", function(event)
    local service = event.subject:match("^(.-)%.") or event.subject
    local recent = times[service] or {}
    recent[#recent + 1] = event.time
    while recent[1] < event.time - 60 do table.remove(recent, 1) end
    times[service] = recent
    totals[service] = (totals[service] or 0) + 1
    if #recent == most + 1 then
        fail(("%s was restarted %d times in a minute"):format(service, #recent))
    end
end)

at_end(function()
    for service, count in pairs(totals) do metric("restarts." .. service, count) end
end)
