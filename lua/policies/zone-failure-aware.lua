-- zone-failure-aware: the loss of one zone takes as few tasks of a service along as can be, and
-- inside a zone tasks are packed, so that whole nodes stay free.
-- (Swarm's own placement preferences level zones, too, but spread inside them.)
local in_zone

return {
    prepare = function(nodes)
        local zones, tasks = nodes:label("zone"), nodes.service_tasks
        in_zone = {}
        for i = 1, nodes.count do
            in_zone[zones[i]] = (in_zone[zones[i]] or 0) + tasks[i]
        end
    end,
    score = function(node)
        return -in_zone[node:label("zone") or ""], -node.nano_cpus_free
    end,
}
