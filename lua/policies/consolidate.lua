-- consolidate: the fullest node that has room, and when a service shrinks the emptiest nodes give
-- up their tasks first, so that whole nodes fall free and can be switched off.
return {
    score = function(node)
        return -node.nano_cpus_free, node.tasks
    end,
    keep = function(node)
        return node.tasks
    end,
}
