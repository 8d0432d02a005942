-- latency-aware: near those who call. A service says where they are in its label `near`, a zone;
-- parameters say how far zones are from one another: parameters["east-west"] is 40 (any unit).
-- Zones without a figure are parameters.far apart, 100 by default. Among equals it spreads.
local far = parameters.far or 100

local function distance(a, b)
    if a == b then return 0 end
    return parameters[a .. "-" .. b] or parameters[b .. "-" .. a] or far
end

return {
    score = function(node, task)
        local near = task.labels.near
        local away = near and distance(near, node:label("zone") or "") or 0
        return -away, -node.service_tasks
    end,
}
