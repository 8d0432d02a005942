-- queue-based: as many replicas as the requests under way need when each shall have `per_task` (10)
-- of them, those that wait for a task included: ceil(in flight / per task). Where requests take
-- long or come in bursts this sees the load before the CPUs do.
--
-- Upwards at once; downwards only to the most that any look of the last `window` (60) seconds asked
-- for, since the number of requests at one instant is a matter of luck.
-- Source: keda.sh HTTP add-on, "Scaling", concurrency.
local per_task = parameters.per_task or 10
local window = parameters.window or 60
local asked = {}   -- {time, replicas} of the looks within the window, oldest first

return {
    desired = function(service, metrics)
        local wanted = math.ceil(metrics.in_flight / per_task)
        while #asked > 0 and asked[1][1] <= service.time - window do table.remove(asked, 1) end
        asked[#asked + 1] = {service.time, wanted}
        for _, each in ipairs(asked) do wanted = math.max(wanted, each[2]) end
        return wanted
    end,
}
