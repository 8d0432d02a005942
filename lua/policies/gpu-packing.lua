-- gpu-packing: GPUs in use before GPUs that are free, those before nodes that are. Tasks without a
-- GPU may go anywhere.
-- The twin of the built-in `gpu-packing` (hkust-adsl/kubernetes-scheduler-simulator
-- gpu_packing_score.go).
return {
    one_by_one = true,   -- A task may make its node worse.
    score = function(node, task)
        local wanted, milli = task.gpus, task.gpu_milli
        if wanted == 0 then return 0 end
        local left, whole = node.gpus_left, 0
        for i = 1, #left do
            if left[i] >= 1000 then whole = whole + 1 end
        end
        if whole == #left then return math.max(33 - whole, whole) end
        table.sort(left)
        local free, parts = 0, 0
        for i = 1, #left do
            if wanted > 0 and left[i] >= milli then
                wanted = wanted - 1
                if left[i] == 1000 then
                    free = free + 1
                else
                    parts = parts + left[i] * 100 // 1000
                end
            end
        end
        if free > 0 then return math.max(50 - free, 33) end
        return math.max(100 - parts // 10, 50)
    end,
}
