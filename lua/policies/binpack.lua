-- binpack: the fullest node that has room, by CPUs and memory with the task on it; then most tasks.
-- The twin of the built-in `binpack` (docker/swarm scheduler/strategy/weighted_node.go).
local function percent(asked, free, total)
    if asked == 0 or total == 0 then return 100 end
    return (total - free + asked) * 100 // total
end

return {
    score = function(node, task)
        local weight = percent(task.nano_cpus, node.nano_cpus_free, node.nano_cpus)
                     + percent(task.memory, node.memory_free, node.memory)
        return weight, node.tasks
    end,
}
