-- gpu-clustering: tasks that ask for GPUs in the same way together (a share of one, one, two, …),
-- on nodes whose GPUs are in use. Tasks without a GPU may go anywhere.
-- The twin of the built-in `gpu-clustering` (hkust-adsl/kubernetes-scheduler-simulator
-- gpu_clustering_score.go).
return {
    one_by_one = true,   -- A task may make its node worse.
    score = function(node, task, cluster)
        local wanted = task.gpus
        if wanted == 0 then return 0 end
        local most = cluster.largest_gpu_milli
        if most == 0 then most = 1000 * #node.gpus_left end
        local score = most > 0 and 25 * (most - node.gpu_milli_left) // most or 0
        local whole, shares = node.gpu_tasks, node.gpu_share_tasks
        local kinds = shares > 0 and 1 or 0
        for i = 1, #whole do
            if whole[i] > 0 then kinds = kinds + 1 end
        end
        local alike = whole[wanted] or 0
        if wanted == 1 and task.gpu_milli < 1000 then alike = shares end
        if kinds == 0 then return score + 25 end
        if alike == 0 then return score end
        return score + (kinds == 1 and 75 or 50)
    end,
}
