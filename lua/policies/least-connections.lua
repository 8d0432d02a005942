-- least-connections: to the backend with the fewest requests under way, as far as this node knows;
-- equals take turns. A slow backend keeps its requests longer and so gets fewer of them. Each node
-- counts only what it sent itself: with many nodes and few requests it is round robin again.
-- As nginx's least_conn does it (ngx_http_upstream_least_conn_module.c), with equal weights.
local last = 0   -- id of the backend that was chosen last

return {
    pick = function(backends)
        local ids, open = backends.id, backends.connections
        local n, start = #ids, 1
        for i = 1, n do
            if ids[i] > last then
                start = i
                break
            end
        end
        local best = start
        for step = 1, n - 1 do
            local i = (start + step - 1) % n + 1
            if open[i] < open[best] then best = i end
        end
        last = ids[best]
        return best
    end,
}
