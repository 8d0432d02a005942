-- tidy: packs as consolidate does, but no node may hold more than half of a service, so that the
-- loss of one node never takes a whole service along. A service of one task has no half.
return {
    filter = function(node, task)
        return node.service_tasks < math.max(1, task.replicas // 2)
    end,
    score = function(node)
        return -node.nano_cpus_free, node.tasks
    end,
}
