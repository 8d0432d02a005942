-- dot-product: where what is left looks least like what is asked, in fractions of the largest node.
-- The twin of the built-in `dot-product` (hkust-adsl/kubernetes-scheduler-simulator
-- dot_product_score.go).
local function over(part, whole)
    return whole > 0 and part / whole or 0.0
end

-- What is scarce besides CPUs: a trace's GPUs, generic resources where the cluster has any, else
-- memory.
local function other(gpu_milli, memory, generic, cluster)
    if cluster.largest_gpu_milli > 0 then return over(gpu_milli, cluster.largest_gpu_milli) end
    if cluster.largest_generic == 0 then return over(memory, cluster.largest_memory) end
    local pieces = 0
    for _, amount in pairs(generic) do pieces = pieces + amount end
    return over(pieces, cluster.largest_generic)
end

local function truncated(x) return x < 0 and math.ceil(x) or math.floor(x) end

return {
    score = function(node, task, cluster)
        local largest = cluster.largest_nano_cpus
        local cpus = over(node.nano_cpus_free, largest) * over(task.nano_cpus, largest)
        local rest = other(node.gpu_milli_left, node.memory_free, node.generic_free, cluster)
                   * other(task.gpus * task.gpu_milli, task.memory, task.generic, cluster)
        return truncated(100 * (1 - (cpus + rest) / 2))
    end,
}
