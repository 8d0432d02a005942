-- fragmentation-aware: where the task spoils least of what others could still use.
-- After Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation
-- Gradient Descent" (ATC'23), for whole pieces: what is free on a node counts as lost to every kind
-- of task that does not fit there, weighted with how often that kind has been asked for so far.
-- What is free is measured in generic resources where the cluster has any, else in CPUs.
--
-- parameters.generic: which generic resource; "gpu" by default.
local generic = parameters.generic or "gpu"
local kinds, order, asked = {}, {}, 0

local function note(task)
    local pieces = task.generic[generic] or 0
    local key = task.nano_cpus .. "/" .. task.memory .. "/" .. pieces
    if not kinds[key] then
        kinds[key] = {cpus = task.nano_cpus, memory = task.memory, pieces = pieces, count = 0}
        order[#order + 1] = kinds[key]
    end
    kinds[key].count = kinds[key].count + 1
    asked = asked + 1
end

-- Of what is free, how much is of no use to the next task, on average.
local function lost(cpus, memory, pieces, by_pieces)
    local free = by_pieces and pieces or cpus
    local sum = 0
    for _, kind in ipairs(order) do
        local fits = cpus >= kind.cpus and memory >= kind.memory and pieces >= kind.pieces
        local wants = not by_pieces or kind.pieces > 0
        if not fits or not wants then sum = sum + kind.count / asked * free end
    end
    return sum
end

return {
    prepare = function(_, task) note(task) end,
    score_all = function(nodes, task, cluster)
        local by_pieces = cluster.largest_generic > 0
        local cpus, memory = nodes.nano_cpus_free, nodes.memory_free
        local pieces = nodes:generic_free(generic)
        local c, m, p = task.nano_cpus, task.memory, task.generic[generic] or 0
        local scores = {}
        for i = 1, nodes.count do
            scores[i] = lost(cpus[i], memory[i], pieces[i], by_pieces)
                      - lost(cpus[i] - c, memory[i] - m, pieces[i] - p, by_pieces)
        end
        return scores
    end,
}
