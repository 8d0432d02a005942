-- spread: fewest tasks of the service, then fewest tasks. What Swarm mode does, and all it does.
-- The twin of the built-in `spread` (swarmkit manager/scheduler/scheduler.go, nodeLess).
return {
    ties = "random",
    score = function(node)
        return -node.service_tasks, -node.tasks
    end,
}
