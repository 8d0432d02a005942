-- A yard to measure placement policies with: five services of random sizes on ten nodes. How many
-- nodes are in use, and how much of a service can the loss of one node take along?
--
-- Watch for: the script's note. Spread uses every node and loses little with any of them; a policy
-- that packs leaves nodes free, and loses more with the fullest.
-- Try next:  -p policy=../lua/policies/binpack.lua, or one of your own; then other seeds.
-- docs/chapters/write-a-policy.md goes on from here, and docs/pictures/policies.py draws it.
local services = {}
for i = 1, 5 do
    services[i] = {
        name = "s" .. i,
        image = "shop/web:1",
        replicas = math.random(2, 8),
        reservations = {cpus = math.random(1, 4) / 2},
    }
end

return {
    schema = 1,
    title = "Measure a policy",
    duration = "2m",
    scheduler = {policy = parameters.policy or "spread"},
    platform = {hosts = {{name = "boss", role = "manager"}, {name = "w{}", count = 10, cpus = 8}}},
    images = {["shop/web:1"] = "20MiB"},
    services = services,
    script = function()
        sleep("60s")
        local used, share = {}, 0
        for _, s in ipairs(services) do
            local on = {}
            for _, task in ipairs(tasks(s.name)) do
                used[task.node] = true
                on[task.node] = (on[task.node] or 0) + 1
                share = math.max(share, on[task.node] / s.replicas)
            end
        end
        local count = 0
        for _ in pairs(used) do count = count + 1 end
        sample("nodes.used", count)
        sample("lost.share", share)
        note(("%d nodes in use; losing one takes %.0f %% of a service"):format(count, 100 * share))
    end,
}
