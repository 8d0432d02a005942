-- A first script: how often must a pair of dice be thrown until it shows two sixes?
-- On average 36 times; but see how far from it single tries are.
-- glasshive lua lua/scripts/dice.lua --seed 3

local tries = 10000
local longest, sum = 0, 0
local count = {}                     -- By how many throws it took, in tens.

for _ = 1, tries do
  local throws = 0
  repeat
    throws = throws + 1
  until math.random(6) == 6 and math.random(6) == 6
  sum = sum + throws
  longest = math.max(longest, throws)
  local ten = throws // 10 * 10
  count[ten] = (count[ten] or 0) + 1
end

print(string.format("on average %.1f throws, at most %d", sum / tries, longest))
for ten, times in pairs(count) do    -- In order: pairs sorts here.
  if ten < 100 then
    print(string.format("%3d to %3d: %s", ten, ten + 9, ("#"):rep(times // 100)))
  end
end
