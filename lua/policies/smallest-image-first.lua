-- smallest-image-first: of the images that wait on an engine, the smallest is downloaded next, so
-- that most containers start soon. Docker's engines download three at a time, in order of asking.
return {
    next = function(images)
        local sizes, best = images.size, 1
        for i = 2, images.count do
            if sizes[i] < sizes[best] then best = i end
        end
        return best
    end,
}
