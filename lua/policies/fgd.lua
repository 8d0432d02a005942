-- fgd: where the task adds least to what the expected tasks cannot use (fragmentation gradient
-- descent), in classes of a hundredth; a share of a GPU takes the one where that is best.
-- The twin of the built-in `fgd`; for a trace, or for services that reserve the generic `gpu`.
-- After Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation
-- Gradient Descent" (ATC'23), section 4; hkust-adsl/kubernetes-scheduler-simulator fgd_score.go.
local expected = {}   -- The typical tasks.
local levels = {}     -- The thousandths of a GPU that they ask for, each once.

local function expect(typical)
    local share, cpus, gpus = typical.share, typical.nano_cpus, typical.gpus
    local milli, models = typical.gpu_milli, typical.gpu_models
    local level_of = {}
    expected, levels = {}, {}
    for i = 1, typical.count do
        if not level_of[milli[i]] then
            levels[#levels + 1] = milli[i]
            level_of[milli[i]] = #levels
        end
        expected[i] = {share = share[i], cpus = cpus[i], gpus = gpus[i],
                       level = level_of[milli[i]], models = next(models[i]) and models[i]}
    end
end

-- How many thousandths of the free GPUs an expected task cannot use, on average: all of them where
-- it cannot run, else what is left of GPUs with too little for it. Sums are kept apart as the
-- original does: the same numbers added in another order are another number.
local function fragmentation(cpus, left, model)
    local all = 0
    for i = 1, #left do all = all + left[i] end
    if all == 0 then return 0 end
    local fitting, too_little = {}, {}
    for level, milli in ipairs(levels) do
        local fit, rest = 0, 0
        for i = 1, #left do
            local here = left[i]
            if here >= milli then fit = fit + 1 else rest = rest + here end
        end
        fitting[level], too_little[level] = fit, rest
    end
    local lacks_both, lacks_gpus, lacks_cpus, cpus_only, neither, no_access = 0, 0, 0, 0, 0, 0
    for _, task in ipairs(expected) do
        local cpus_fit, gpus, level = cpus >= task.cpus, task.gpus, task.level
        if gpus == 0 then
            if cpus_fit then
                cpus_only = cpus_only + task.share * all
            else
                neither = neither + task.share * all
            end
        elseif task.models and not task.models[model] then
            no_access = no_access + task.share * all
        elseif fitting[level] >= gpus then
            if cpus_fit then
                lacks_gpus = lacks_gpus + task.share * too_little[level]
            else
                lacks_cpus = lacks_cpus + task.share * all
            end
        elseif cpus_fit then
            lacks_gpus = lacks_gpus + task.share * all
        else
            lacks_both = lacks_both + task.share * all
        end
    end
    return lacks_both + lacks_gpus + lacks_cpus + cpus_only + neither + no_access
end

-- The score, and of a share the GPU that has it.
local function best(node, task)
    local left, model, cpus = node.gpus_left, node.gpu_model or "", node.nano_cpus_free
    local before = fragmentation(cpus, left, model)
    local wanted, milli = task.gpus, task.gpu_milli
    cpus = cpus - task.nano_cpus
    local function score()
        local gained = (before - fragmentation(cpus, left, model)) / 1000
        return math.floor(100 * (1 / (1 + math.exp(-gained))))
    end
    if wanted ~= 1 or milli >= 1000 then   -- Whole ones: the first that are free.
        for i = 1, #left do
            if wanted > 0 and left[i] >= milli then
                left[i], wanted = left[i] - milli, wanted - 1
            end
        end
        return score()
    end
    local found, gpu, tried = -1, nil, {}
    for i = 1, #left do
        local there = left[i]
        if there >= milli and not tried[there] then   -- As good as another with as much left.
            tried[there] = true
            left[i] = there - milli
            local here = score()
            left[i] = there
            if here > found then found, gpu = here, i end
        end
    end
    return found, gpu
end

return {
    one_by_one = true,   -- A task may make its node worse.
    expect = expect,
    score = function(node, task)
        local score = best(node, task)
        return score
    end,
    device = function(node, task)
        local _, gpu = best(node, task)
        return gpu
    end,
}
