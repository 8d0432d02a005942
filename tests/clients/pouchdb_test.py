"""Goal: a client that nobody wrote for a simulation, PouchDB, works against `glasshive serve`.

Method: pouchdb/client.js under node, where both are installed (README.md); skipped elsewhere.
"""

import served
from served import program


class PouchDb(served.Case):
    def test_it_creates_edits_conflicts_replicates_and_queries(self):
        words = ["http://adm:pass@127.0.0.1:{port}", str(program.glasshive), "127.0.0.1:{port}"]
        self.story("pouchdb", "pouchdb-core", words, least=9)


if __name__ == "__main__":
    program.main()
