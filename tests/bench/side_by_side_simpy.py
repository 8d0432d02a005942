"""Goal: what SimPy takes for the common workload of side_by_side.py. Method: a process per task, as
SimPy's own examples have it; machines in a heap with entries that may be out of date.

Usage: side_by_side_simpy.py TRACE HOSTS
"""

import csv
import heapq
import json
import sys

import simpy

CORES = 16


class Spread:
    """Fewest cores in use, then the first machine; see bare_loop.h."""

    def __init__(self, hosts):
        self.used = [0] * hosts
        self.heap = [(0, host) for host in range(hosts)]
        self.digest = 0

    def begin(self, cores):
        while True:
            busy, host = self.heap[0]
            if self.used[host] == busy:
                break
            heapq.heappop(self.heap)
        if busy + cores > CORES:
            sys.exit("a task waits")
        self.used[host] = busy + cores
        heapq.heapreplace(self.heap, (busy + cores, host))
        self.digest = (self.digest * 1_000_003 + host) & 0xffff_ffff_ffff_ffff
        return host

    def end(self, host, cores):
        self.used[host] -= cores
        heapq.heappush(self.heap, (self.used[host], host))


def task(env, spread, run, cores):
    host = spread.begin(cores)
    yield env.timeout(run)
    spread.end(host, cores)


def arrivals(env, spread, work):
    for at, run, cores in work:
        # In half milliseconds, and on odd ones: tasks end on even ones, so before others begin.
        yield env.timeout(2 * at + 1 - env.now)
        env.process(task(env, spread, 2 * run - 1, cores))


def main(path, hosts):
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        work = [(round(float(row[1]) * 1000), round(float(row[2]) * 1000), int(row[4]))
                for row in rows]
    env, spread = simpy.Environment(), Spread(hosts)
    env.process(arrivals(env, spread, work))
    env.run()
    print(json.dumps({"makespan_ms": env.now // 2, "placements": f"{spread.digest:016x}"}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
