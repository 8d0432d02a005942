-- one-leader: no term of the managers' consensus ever has two leaders (Raft's Election Safety).
local leader, elections = {}, 0

on("raft.leader", function(event)
    elections = elections + 1
    local before = leader[event.term]
    expect(not before or before == event.subject,
           ("term %d has two leaders: %s and %s"):format(event.term, before or "", event.subject))
    leader[event.term] = event.subject
end)

at_end(function() metric("elections", elections) end)
