-- shortest-job-first: when there is not room for all, the service whose tasks run shortest comes
-- first, so that on average jobs wait least. Otherwise it spreads as Swarm does.
-- A service says how long its tasks run in the label `runtime`, in seconds; others come last.
--
-- parameters.aging: how many seconds of runtime one second of waiting makes up for; 0 by default,
-- which lets a long job starve while short ones keep coming.
local aging = parameters.aging or 0

return {
    ties = "random",
    score = function(node)
        return -node.service_tasks, -node.tasks
    end,
    priority = function(task)
        local runtime = tonumber(task.labels.runtime or "") or 1e9
        return aging * task.waited - runtime
    end,
}
