-- lost-requests: at most parameters.share of the requests fail (0 by default: none at all).
local share = parameters.share or 0
local ok, failed, why = 0, 0, {}

on("request.ok", function() ok = ok + 1 end)
on("request.failed", function(event)
    failed = failed + 1
    why[event.reason] = (why[event.reason] or 0) + 1
end)

at_end(function()
    metric("requests", ok + failed)
    metric("requests.failed", failed)
    for reason, count in pairs(why) do metric("failed: " .. reason, count) end
    local total = math.max(1, ok + failed)
    expect(failed <= share * total, ("%d of %d requests failed"):format(failed, ok + failed))
end)
