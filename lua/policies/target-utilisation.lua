-- target-utilisation: as many replicas as keep each at `target` (0.5) of the CPUs that it reserves,
-- by the rule of Kubernetes' HorizontalPodAutoscaler: ceil(replicas * utilisation / target).
--
-- * A difference of `tolerance` (0.1) or less changes nothing.
-- * Tasks that could not be measured count as using what they reserve when others say fewer, and
--   nothing when they say more; so do those that do not run yet, but only when they say more.
-- * Upwards at once, but in one look at most to the double or by four. Downwards only to the most
--   that any look of the last `window` (300) seconds asked for.
-- Source: kubernetes pkg/controller/podautoscaler/replica_calculator.go GetResourceReplicas,
-- horizontal.go stabilizeRecommendationWithBehaviors; the defaults of autoscaling/v2's behavior.
local target = parameters.target or 0.5
local tolerance = parameters.tolerance or 0.1
local window = parameters.window or 300
local asked = {}   -- {time, replicas} of the looks within the window, oldest first

local function close(ratio) return math.abs(1 - ratio) <= tolerance end

local function by_utilisation(service, metrics)
    local now, measured = service.desired, metrics.measured
    if service.nano_cpus == 0 then error(service.name .. " reserves no CPUs: share of what?", 0) end
    if measured == 0 then return now end
    local ratio = metrics.utilisation / target
    local missing = math.max(0, service.running - measured)
    local starting = ratio > 1 and math.max(0, now - service.running) or 0
    if missing + starting == 0 then
        return close(ratio) and now or math.ceil(ratio * measured)
    end
    local used = metrics.utilisation * measured
    if ratio < 1 then used = used + missing end
    local all = measured + missing + starting
    local cautious = used / all / target
    if close(cautious) or (ratio < 1) ~= (cautious < 1) then return now end
    local wanted = math.ceil(cautious * all)
    if (cautious < 1) ~= (wanted < now) then return now end
    return wanted
end

return {
    desired = function(service, metrics)
        local now = service.desired
        local wanted = by_utilisation(service, metrics)
        wanted = math.max(service.min, math.min(service.max, wanted))
        while #asked > 0 and asked[1][1] <= service.time - window do table.remove(asked, 1) end
        asked[#asked + 1] = {service.time, wanted}
        if wanted < now then
            for _, each in ipairs(asked) do wanted = math.max(wanted, each[2]) end
            return math.min(wanted, now)
        end
        return math.min(wanted, math.max(2 * now, now + 4))
    end,
}
