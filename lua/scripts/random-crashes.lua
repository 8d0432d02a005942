-- A night of random crashes: some worker loses power, again and again; each time the service must
-- come back to strength.
--
-- parameters.service: which one; "web" by default.  parameters.rounds: how often; 3.
-- parameters.off: how long a worker stays without power; "30s".
local name = parameters.service or "web"
local rounds = parameters.rounds or 3

-- What counts is what shall run and does; of a lost node's tasks the managers believe that they do.
local function healthy()
    local running = 0
    for _, task in ipairs(tasks(name)) do
        if task.state == "running" and task.desired == "running" then running = running + 1 end
    end
    local s = service(name)
    return s and running == s.desired
end

local function ready_workers()
    local ready = {}
    for _, node in ipairs(nodes()) do
        if node.role == "worker" and node.state == "ready" then ready[#ready + 1] = node.name end
    end
    return ready
end

wait_until(healthy)
local all = #ready_workers()
for round = 1, rounds do
    wait_until(function() return #ready_workers() == all end)
    sleep(10 + 20 * math.random())
    local workers = ready_workers()
    local victim = workers[math.random(#workers)]
    local struck = now()
    fault.power_off{host = victim, lasts = parameters.off or "30s"}
    wait_for("node.down", victim, "1m")
    local healed = wait_until(healthy, "3m")
    expect(healed, name .. " heals within 3m of every crash")
    sample("heal.seconds", now() - struck, victim)
    note(("round %d: %s fell, healed after %.1f s"):format(round, victim, now() - struck))
end
