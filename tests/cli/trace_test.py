"""Goal: public traces become plain ones whole, or not at all with every mistake told.

Method: a small trace of each format, made here, through the program and back into it.
"""

import csv
import gzip
import io
import pathlib
import random
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

HEADER = "name,submit,run,estimate,cpus,memory,gpus,gpu_milli,models,priority,gang"
SECOND = 1_000_000


def event(second, job, kind, cpu="0.5", memory="0.25"):
    """A line of Google's task_events of 2011."""
    return f"{second * SECOND},,{job},0,7,{kind},user,2,9,{cpu},{memory},0.001,1\n"


class Trace(program.Case):
    def setUp(self):
        super().setUp()
        self.write("part-00000.csv", event(600, 1, 0) + event(601, 1, 1) + event(610, 2, 0) +
                   event(611, 2, 1) + event(620, 2, 2) + event(620, 2, 0))
        with gzip.open(self.folder / "part-00001.csv.gz", "wt") as file:
            file.write(event(630, 2, 1) + event(640, 1, 4) + event(650, 2, 5) + event(660, 3, 4))
        self.write("machines.csv", "0,5,0,p,0.5,0.25\n0,6,0,p,1,1\n"
                   f"{700 * SECOND},6,1,p,1,1\n{800 * SECOND},6,0,p,1,1\n")
        with sqlite3.connect(self.folder / "packing.sqlite") as db:
            db.execute("CREATE TABLE vmType (id, vmTypeId, machineId, core, memory, hdd, ssd, nic)")
            db.execute("CREATE TABLE vm (vmId, tenantId, vmTypeId, priority, starttime, endtime)")
            db.execute("INSERT INTO vmType VALUES (0, 7, 1, 0.5, 0.25, NULL, 0, 0)")
            db.execute("INSERT INTO vm VALUES (1, 0, 7, 0, 1.5, 2), (2, 0, 7, 1, -3, NULL)")
        db.close()

    def rows(self, *words):
        return list(csv.DictReader(io.StringIO(self.call("trace", "convert", *words).stdout)))

    def told(self, *words):
        return [(row["name"], row["submit"], row["run"], row["cpus"], row["memory"])
                for row in self.rows(*words)]

    def refused(self, *words, say):
        """Exit status 2, and not a byte on standard output."""
        done = self.call("trace", "convert", *words, status=2)
        self.assertEqual(done.stdout, "")
        for text in [say] if isinstance(say, str) else say:
            self.assertIn(text, done.stderr)
        return done.stderr

    PARTS = ("--from", "google-2011", "part-00000.csv", "part-00001.csv.gz")

    def test_parts_of_a_trace_in_order_of_submission(self):
        done = self.call("trace", "convert", *self.PARTS, "--set", "cpus=8", "--set", "memory=1024")
        self.assertEqual(done.stdout, f"{HEADER}\n1/0,600,39,,4,256,0,,,9,1\n"
                         "2/0,610,9,,4,256,0,,,9,1\n2/0,620,20,,4,256,0,,,9,1\n")
        self.assertIn("1 record is left out", done.stderr)
        again = self.folder / "plain.csv"
        again.write_text(done.stdout)
        self.assertEqual(self.call("trace", "convert", "--from", "plain", "plain.csv").stdout,
                         done.stdout)

    def test_machines_and_failures(self):
        words = ("--from", "google-2011", "machines.csv")
        self.assertEqual(self.call("trace", "convert", "--what", "machines", *words).stdout,
                         "name,cpus,memory,gpus,model\n5,8,16384,0,\n6,16,65536,0,\n")
        self.assertEqual(self.call("trace", "convert", "--what", "failures", *words).stdout,
                         "machine,at,down\n6,700,100\n")
        cut = self.call("trace", "convert", "--what", "failures", *words, "--set", "window=750:")
        self.assertEqual(cut.stdout, "machine,at,down\n6,0,50\n")
        self.write("lanl.csv", "System,nodenum,Prob Started (mm/dd/yy hh:mm),Down Time\n"
                               "20,3,6/21/05 10:54,6\n2,0,6/20/05 00:01,\n")
        words = ("trace", "convert", "--from", "lanl", "--what", "failures", "lanl.csv")
        self.assertEqual(self.call(*words).stdout,
                         "machine,at,down\n2-0,60,\n20-3,125640,360\n")
        self.assertEqual(self.call(*words, "--set", "system=20").stdout,
                         "machine,at,down\n20-3,39240,360\n")

    def test_every_other_format(self):
        self.assertEqual(self.told("--from", "azure-packing", "packing.sqlite"),
                         [("2", "0", "", "32", "131072"), ("1", "129600", "43200", "32", "131072")])
        self.write("vmtable.csv", "b,s,d,300,900,1,1,1,Unknown,>24,>64\n"
                                  "a,s,d,0,300,1,1,1,Interactive,2,1.75\n")
        self.assertEqual(self.told("--from", "azure-vm", "vmtable.csv"),
                         [("a", "0", "300", "2", "1792"), ("b", "300", "600", "30", "71680")])
        self.write("batch_task.csv", "R2_1,3,j_1,1,Terminated,60,70,50,0.5\n"
                                     "M1,1,j_1,1,Terminated,20,60,100,0.5\n")
        self.assertEqual(self.told("--from", "alibaba-2018", "batch_task.csv"),
                         [("j_1/M1", "20", "40", "1", "2622"), ("j_1/R2_1", "60", "10", "0.5",
                                                                "2622")])
        self.write("machine_meta.csv", "m_1,0,1,1,96,100,USING\n")
        self.assertEqual(self.rows("--from", "alibaba-2018", "--what", "machines",
                                   "machine_meta.csv")[0]["memory"], "524288")
        self.write("instance_events.json", "".join(
            f'{{"time":"{time}","type":{kind},"collection_id":"9","instance_index":"0",'
            '"resource_request":{"cpus":0.5,"memory":0.25}}\n'
            for time, kind in ((9 * SECOND, 6), (2 * SECOND, 0), (4 * SECOND, 3))))
        self.assertEqual(self.told("--from", "google-2019", "instance_events.json"),
                         [("9/0", "2", "5", "32", "131072")])

    def test_long_traces_are_sorted_and_cut_and_sampled(self):
        chance = random.Random(5)
        tasks = [(chance.randrange(10_000), chance.randrange(1, 900)) for _ in range(5000)]
        self.write("batch_task.csv", "".join(
            f"M1,1,j_{i},1,Terminated,{begin + 1},{begin + 1 + run},100,1\n"
            for i, (begin, run) in enumerate(tasks)))
        words = ("--from", "alibaba-2018", "batch_task.csv")
        expected = sorted((begin + 1, i, run) for i, (begin, run) in enumerate(tasks))
        self.assertEqual([(f"j_{i}/M1", str(begin), str(run)) for begin, i, run in expected],
                         [row[:3] for row in self.told(*words)])
        cut = self.told(*words, "--set", "window=1000:2000")
        self.assertEqual([(f"j_{i}/M1", str(begin - 1000), str(run))
                          for begin, i, run in expected if 1000 <= begin < 2000],
                         [row[:3] for row in cut])
        draws = [self.told(*words, "--set", "sample=0.2", "--seed", seed) for seed in (1, 1, 2)]
        self.assertEqual(draws[0], draws[1])
        self.assertNotEqual(draws[0], draws[2])
        self.assertAlmostEqual(len(draws[0]), 1000, delta=120)
        slow = self.told(*words, "--set", "load=0.5", "--set", "runs=3")
        self.assertEqual(slow[7][1:3], (str(2 * expected[7][0]), str(3 * expected[7][2])))

    def test_demand_is_reached(self):
        words = ("trace", "generate", "--set", "tasks=2000", "--set", "rate=0.5")
        self.write("some.csv", self.call(*words).stdout)
        rows = self.rows("--from", "plain", "some.csv", "--set", "demand=0.75", "--set",
                         "capacity=400")
        asked = sum(float(row["cpus"]) * float(row["run"]) for row in rows)
        span = float(rows[-1]["submit"]) - float(rows[0]["submit"])
        self.assertAlmostEqual(asked / span, 300, places=3)
        self.write("pods.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli\n" + "".join(
            f"p{i},{1000 * (1 + i % 4)},1,0,0\n" for i in range(40)))
        tail = self.rows("pods.csv", "--set", "demand=1.3", "--set", "capacity=100", "--set",
                         "inflate=repeat")
        self.assertLessEqual(sum(float(row["cpus"]) for row in tail), 130)
        self.assertGreater(sum(float(row["cpus"]) for row in tail), 126)
        self.assertEqual([row["name"] for row in tail[:40]], [f"p{i}" for i in range(40)])

    def test_what_is_written_is_compared(self):
        trace = self.call("trace", "convert", *self.PARTS).stdout
        machines = self.call("trace", "convert", "--from", "google-2011", "--what", "machines",
                             "machines.csv").stdout
        self.write("t.csv", trace)
        self.write("m.csv", machines)
        self.call("compare", "t.csv", "--machines", "m.csv", "--policy", "spread", "--out", "d",
                  "--quiet")

    def test_mistakes_are_told_at_once_and_nothing_is_written(self):
        self.write("bad.csv", event(600, 1, 0) + event(601, 1, 9) + "1,2\n")
        text = self.refused("--from", "google-2011", "bad.csv", "missing.csv", say=[
            'bad.csv:2: field 6: "9" is not a whole number from 0 to 8',
            "bad.csv:3: 2 fields, not 13", "missing.csv: cannot be read"])
        self.assertIn("3 problems", text)
        self.write("worse.csv", "x\n" * 15)
        text = self.refused("--from", "google-2011", "worse.csv", "worse.csv", say="20 problems")
        self.refused(*self.PARTS[:2], "part-00001.csv.gz", "part-00000.csv",
                     say=["part-00000.csv:1", "give the parts in their order"])
        (self.folder / "cut.csv.gz").write_bytes(
            (self.folder / "part-00001.csv.gz").read_bytes()[:60])
        self.refused("--from", "google-2011", "cut.csv.gz", say="cannot be unpacked")
        self.write("empty.csv", "")
        self.refused("--from", "google-2011", "empty.csv", say="there are no tasks")
        self.refused("--from", "azure-packing", "machines.csv", say="is no SQLite database")

    def test_wrong_words(self):
        self.refused(*self.PARTS, "--set", "windov=1:2", say="did you mean window?")
        self.refused(*self.PARTS, "--set", "machine=5", "--set", "sample=2", "--set", "window=9:1",
                     say=["option machine", '"2" is not a number', '"9:1" is not FROM:TO'])
        self.refused(*self.PARTS, "--set", "cpus", say='"cpus" is not KEY=VALUE')
        self.refused(*self.PARTS, "--set", "cpus=none", say='"none" is not a number')
        self.refused(*self.PARTS, "--set", "window=9999:", say="there are no tasks")
        self.refused(*self.PARTS, "--set", "demand=1", say="option capacity: is missing")
        self.refused(*self.PARTS, "--set", "inflate=magic", say="arrivals or repeat")
        self.refused(*self.PARTS, "--set", "demand=1", "--set", "capacity=9", "--set",
                     "inflate=repeat", say="no task stays")
        self.refused("--what", "failures", "--from", "swf", "x.swf", say="swf tells no failures")
        self.refused("--what", "machines", "--from", "openb", "--set", "sample=1", "x.csv",
                     say="machines of this format have none")
        self.assertIn("--from", self.call("trace", "convert", "--from", "goggle", "x",
                                          status=2).stderr)


if __name__ == "__main__":
    program.main()
