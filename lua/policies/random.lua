-- random: any node that passes, each as likely as the others, for each task anew.
-- The twin of the built-in `random` (docker/swarm scheduler/strategy/random.go).
return {
    ties = "random",
    one_by_one = true,
    score = function() return 0 end,
}
