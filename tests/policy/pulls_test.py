"""Goal: a script chooses which image an engine downloads next. Method: one node asked for six
images at once, the smallest last; what happens by docker's order and by another.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

SIZES = [60, 50, 40, 30, 20, 10]
FRAME = ("schema: 1\nduration: 2m\nplatform: {hosts: [{name: boss, role: manager}, {name: w}]}\n"
         "images: {" + ", ".join(f"i{n}: {size}MiB" for n, size in enumerate(SIZES)) + "}\n"
         "services:\n" +
         "".join(f"  - {{name: s{n}, image: i{n}, placement: {{constraints: "
                 "[\"node.role == worker\"]}}\n" for n in range(len(SIZES))))
SHIPPED = program.ROOT / "lua/policies/smallest-image-first.lua"


class Pulls(program.Case):
    def started(self, text, status=0):
        self.write("pulls.yaml", text)
        self.report("pulls.yaml", "--record", "pulls.hive", status=status)
        order = [e["image"] for e in self.events("pulls.hive", "kind = 'image.pull_started'")]
        return [int(name[1]) for name in order]

    def test_the_smallest_goes_first(self):
        self.assertEqual(self.started(FRAME), [0, 1, 2, 3, 4, 5])
        self.assertEqual(self.started(FRAME + f"pulls: {SHIPPED}\n"), [0, 1, 2, 5, 4, 3])
        self.assertIn("repeats the recording", self.call("run", "pulls.hive").stdout)

    def test_what_the_script_sees(self):
        self.write("own.lua", """
            return {next = function(images, engine)
                local found = {engine.hostname, engine.time > 0, images.count}
                for i = 1, images.count do
                    found[#found + 1] = images.name[i]
                    found[#found + 1] = images.size[i] // 1048576
                    found[#found + 1] = images.containers[i]
                    found[#found + 1] = images.waited[i] >= 0
                end
                for i, value in ipairs(found) do found[i] = tostring(value) end
                error(table.concat(found, " "))
            end}""")
        self.started(FRAME + "pulls: {policy: own.lua}\n", status=2)
        self.assertIn("own.lua:11: w true 3 i3:latest 30 1 true i4:latest 20 1 true "
                      "i5:latest 10 1 true", self.call("run", "pulls.yaml", status=2).stderr)

    def test_mistakes(self):
        for script, message in (("return {nxt = 3}", "a pull policy has no entry nxt"),
                                ("return {next = 3}", "next is not a function"),
                                ("return {}", "a pull policy needs a function next"),
                                ("return 3", "the script gives back number")):
            self.write("own.lua", script)
            self.write("pulls.yaml", FRAME + "pulls: own.lua\n")
            self.assertIn(message, self.call("check", "pulls.yaml", status=2).stderr)
        for answer in ("0", "4", "1.5", "'first'", "nil"):
            self.write("own.lua", f"return {{next = function() return {answer} end}}")
            self.assertIn("own.lua:1: next gave back something else than an integer from 1 to 3",
                          self.call("run", "pulls.yaml", status=2).stderr)


if __name__ == "__main__":
    program.main()
