-- carbon-aware: the node whose power is cleanest, or whose hour is cheapest; packs among equals.
-- Nodes say it in a label, e.g. labels: {carbon: "430"} (gCO2e per kWh) or {price: "0.12"}.
--
-- parameters.label:  which label; "carbon" by default.
-- parameters.limit:  nodes above it take no tasks, but of services labelled urgent: "true".
-- parameters.unknown: what a node without the label counts as; 400 by default.
local label = parameters.label or "carbon"
local unknown = parameters.unknown or 400

local function cost(node) return tonumber(node:label(label) or unknown) or unknown end

return {
    filter = function(node, task)
        return not parameters.limit or cost(node) <= parameters.limit
            or task.labels.urgent == "true"
    end,
    score = function(node)
        return -cost(node), node.tasks
    end,
}
