-- first-fit: the first node with room, in order of joining: equals go in that order.
-- The twin of the built-in `first-fit` (Johnson 1973).
return {
    score = function() return 0 end,
}
