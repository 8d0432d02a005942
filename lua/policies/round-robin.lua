-- round-robin: each new connection goes to the next backend in turn, as Swarm's own mesh does
-- (IPVS, scheduler rr): the twin of what happens without a balancer. Every node has a turn of its
-- own. When the one whose turn it is has left, it is the turn of the one after it; after the last
-- comes the first, also when one joined behind it since.
local turn, newest = 0, 0   -- ids; a turn of 0 is the first backend's

return {
    pick = function(backends)
        local ids = backends.id
        local at = 1
        for i = 1, #ids do
            if ids[i] >= turn then
                if turn == 0 or ids[i] <= newest then at = i end
                break
            end
        end
        turn, newest = ids[at + 1] or 0, ids[#ids]
        return at
    end,
}
