-- The popular policy loses: tasks of one, two or four CPUs come and go on machines of four. Who
-- waits?
--
-- Watch for: Swarm spreads, and so leaves a little room everywhere. A task that asks for a whole
-- machine finds none, though half of all CPUs are free, and waits until one happens to be empty.
-- Best fit fills what is in use already, so that machines fall empty, and the same tasks start
-- sooner. The script measures how long the wide ones wait.
-- Compare:   glasshive compare scenarios/71_popular_policy_loses.lua --policy spread,best-fit
--            --seeds 10 --metric expectations_broken
-- Compare:   glasshive compare --machines scenarios/traces/twenty_machines.csv
--            --policy spread,best-fit --seeds 10 --set cpus=4 --set rate=0.1 --set tasks=1000
--            --metric mean_wait,p99_wait
-- Try next:  -p policy=spread; -p tasks=200; which machines does binpack (41) keep free?
local count = parameters.tasks or 80
local widths = {1, 1, 1, 1, 1, 1, 2, 2, 2, 4}
local runs = {10, 20, 40, 80}
local images = {}
for _, seconds in ipairs(runs) do
    images["work:" .. seconds] = {size = "1MiB", present_on = "*",
                                  behaviour = {run_time = seconds .. "s"}}
end

return {
    schema = 1,
    title = "The popular policy loses",
    duration = "12m",
    scheduler = {policy = parameters.policy or "best-fit"},
    platform = {hosts = {{name = "boss", role = "manager"}, {name = "w{}", count = 6, cpus = 4}}},
    images = images,
    script = function()
        local left, longest, asked_for = count, {}, 0
        for i = 1, count do
            sleep(-5 * math.log(1 - math.random()))
            local width, seconds = widths[math.random(#widths)], runs[math.random(#runs)]
            asked_for = asked_for + width * seconds
            spawn(function()
                local name, asked = "task" .. i, now()
                docker(("service create --detach --mode replicated-job --name %s " ..
                        "--reserve-cpu %d --constraint node.role==worker work:%d")
                    :format(name, width, seconds))
                wait_until(function()
                    local task = tasks(name)[1]
                    return task and (task.state == "running" or task.state == "complete")
                end, "10m")
                longest[width] = math.max(longest[width] or 0, now() - asked)
                left = left - 1
            end)
        end
        local busy = asked_for / (24 * now())
        wait_until(function() return left == 0 end, "3m", "1s")
        note(("the longest waits: %.0f s for 1 CPU, %.0f s for 2, %.0f s for 4")
            :format(longest[1], longest[2], longest[4]))
        sample("longest.wait", longest[4])
        expect(left == 0, "every task starts")
        expect(busy < 0.65, "half of all CPUs are free, more or less")
        expect(longest[4] < 10, "a task that asks for a whole machine starts within 10 s")
    end,
}
