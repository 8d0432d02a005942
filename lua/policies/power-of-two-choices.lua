-- power-of-two-choices: draws two backends and takes the one with fewer requests under way. Nearly
-- as even as looking at all of them, at a price that does not grow with their number: the fullest
-- of n gets about log log n / log 2 more than its share, where one draw alone would give it
-- log n / log log n (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001).
return {
    pick = function(backends)
        local n = backends.count
        if n == 1 then return 1 end
        local first = math.random(n)
        local second = math.random(n - 1)
        if second >= first then second = second + 1 end
        if backends:connections_of(second) < backends:connections_of(first) then return second end
        return first
    end,
}
