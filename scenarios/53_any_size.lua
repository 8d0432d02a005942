-- A scenario in Lua: a cluster of any size. What does a larger swarm change about healing?
--
-- Watch for: "healed after" does not grow with the cluster: detection and the restart delay are the
-- same for each node. What grows is how many tasks one crash takes along when a node has more.
-- Try next:  glasshive run scenarios/53_any_size.lua -p hosts=200 -p per_node=10
local hosts = parameters.hosts or 10
local per_node = parameters.per_node or 2

return {
    schema = 1,
    title = ("%d hosts, %d tasks each"):format(hosts, per_node),
    duration = "3m",
    platform = {hosts = hosts},
    images = {["shop/web:1"] = "20MiB"},
    services = {
        {name = "web", image = "shop/web:1", replicas = hosts * per_node},
    },
    expect = {("service web has %d running tasks at the end"):format(hosts * per_node)},
    script = function()
        sleep("60s")
        local victim = "node-" .. math.random(2, hosts)
        local lost = 0
        for _, task in ipairs(tasks("web")) do
            if task.node == victim and task.desired == "running" then lost = lost + 1 end
        end
        local struck = now()
        fault.power_off{host = victim}
        wait_for("node.down", victim)
        for _ = 1, lost do wait_for("task.running", nil, "1m") end
        note(("%s took %d tasks along, healed after %.1f s"):format(victim, lost, now() - struck))
        expect(now() - struck < 30, "the swarm heals within 30 s")
    end,
}
