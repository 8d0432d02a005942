"""Goal: nano, CouchDB's own client for node, works against `glasshive serve`.

Method: nano/client.js under node, where both are installed (README.md); skipped elsewhere.
"""

import served
from served import program


class Nano(served.Case):
    def test_it_logs_in_stores_follows_and_replicates(self):
        self.story("nano", "nano", ["127.0.0.1:{port}"], least=8)


if __name__ == "__main__":
    program.main()
