"""Goal: the picture in docs/chapters/write-a-policy.md is what the policies do. Method: drawn anew
and compared.
"""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

PICTURES = program.ROOT / "docs/pictures"


class Pictures(program.Case):
    def test_the_picture_is_up_to_date(self):
        drawn = subprocess.run([sys.executable, "-B", PICTURES / "policies.py", program.glasshive],
                               capture_output=True, text=True, check=True).stdout
        self.assertEqual(drawn, (PICTURES / "policies.svg").read_text(),
                         "draw it anew: docs/pictures/policies.py build/glasshive > policies.svg")


if __name__ == "__main__":
    program.main()
