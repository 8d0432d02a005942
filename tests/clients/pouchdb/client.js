// PouchDB against a store that glasshive serves: stories of a client that does not know it is
// talking to a simulation. Usage: node client.js URL GLASSHIVE ADDRESS
const assert = require('assert');
const { execFileSync } = require('child_process');
const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-http'))
  .plugin(require('pouchdb-adapter-memory'))
  .plugin(require('pouchdb-replication'))
  .plugin(require('pouchdb-mapreduce'))
  .plugin(require('pouchdb-find'));

const [url, glasshive, address] = process.argv.slice(2);
const ctl = (...words) => execFileSync(glasshive, ['ctl', '--to', address, ...words]);
let count = 0;
const remote = (name) => new PouchDB(`${url}/${name || 'pouch' + ++count}`);
const local = () => new PouchDB('local' + ++count, { adapter: 'memory' });
const settled = async (condition, seconds = 20) => {
  for (let i = 0; i < seconds * 10; ++i) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail('it did not settle: ' + condition);
};

const stories = {
  async 'creates a database, a document, edits it and deletes it'() {
    const db = remote();
    const info = await db.info();
    assert.strictEqual(info.doc_count, 0);
    const first = await db.put({ _id: 'a', x: 1 });
    assert.strictEqual(first.rev, '1-0785e9eb543380151003dc452c3a001a');
    await assert.rejects(db.put({ _id: 'a', x: 2 }), { status: 409 });
    const second = await db.put({ _id: 'a', _rev: first.rev, x: 2 });
    assert.strictEqual((await db.get('a')).x, 2);
    await db.remove('a', second.rev);
    await assert.rejects(db.get('a'), { status: 404, reason: 'deleted' });
    await db.destroy();
  },
  async 'keeps attachments, text and binary, and gives them back'() {
    const db = remote();
    const bytes = Buffer.from([0, 1, 2, 255, 254, 0]);
    const { rev } = await db.putAttachment('doc', 'raw.bin', bytes, 'application/octet-stream');
    await db.putAttachment('doc', 'note.txt', rev, Buffer.from('hello'), 'text/plain');
    assert.ok(bytes.equals(await db.getAttachment('doc', 'raw.bin')));
    assert.strictEqual((await db.getAttachment('doc', 'note.txt')).toString(), 'hello');
    const whole = await db.get('doc', { attachments: true });
    assert.strictEqual(whole._attachments['note.txt'].data, Buffer.from('hello').toString('base64'));
    await db.destroy();
  },
  async 'two clients make a conflict, and one resolves it'() {
    const db = remote();
    const one = local(), other = local();
    await db.put({ _id: 'cart', items: [] });
    await one.replicate.from(db);
    await other.replicate.from(db);
    const base = await one.get('cart');
    await one.put({ ...base, items: ['milk'] });
    await other.put({ ...base, items: ['bread'] });
    await one.replicate.to(db);
    await other.replicate.to(db);
    const seen = await db.get('cart', { conflicts: true });
    assert.strictEqual(seen._conflicts.length, 1);
    const loser = await db.get('cart', { rev: seen._conflicts[0] });
    await db.put({ _id: 'cart', _rev: seen._rev, items: [...seen.items, ...loser.items] });
    await db.remove('cart', loser._rev);
    const after = await db.get('cart', { conflicts: true });
    assert.strictEqual(after._conflicts, undefined);
    assert.deepStrictEqual(after.items.sort(), ['bread', 'milk']);
    await db.destroy();
  },
  async 'a thousand documents go there and back'() {
    const db = remote(), here = local(), there = local();
    await here.bulkDocs([...Array(1000).keys()].map((i) => ({ _id: 'd' + i, i })));
    const up = await here.replicate.to(db);
    assert.strictEqual(up.docs_written, 1000);
    const down = await there.replicate.from(db);
    assert.strictEqual(down.docs_written, 1000);
    assert.strictEqual((await there.get('d999')).i, 999);
    const again = await here.replicate.to(db);   // From the checkpoint: nothing is sent twice.
    assert.strictEqual(again.docs_read, 0);
    await db.destroy();
  },
  async 'attachments and deletions travel'() {
    const db = remote(), here = local(), there = local();
    await here.putAttachment('photo', 'a.png', Buffer.from('png'), 'image/png');
    const { rev } = await here.put({ _id: 'old' });
    await here.replicate.to(db);
    await here.remove('old', rev);
    await here.replicate.to(db);
    await there.replicate.from(db);
    assert.strictEqual((await there.getAttachment('photo', 'a.png')).toString(), 'png');
    await assert.rejects(there.get('old'), { status: 404 });
    await db.destroy();
  },
  async 'queries by a view and by _find'() {
    const db = remote();
    await db.bulkDocs([...Array(30).keys()].map((i) => ({ _id: 'q' + i, kind: i % 3, i })));
    await db.put({
      _id: '_design/app',
      views: { kinds: { map: 'function (doc) { emit(doc.kind, doc.i); }', reduce: '_sum' } },
    });
    const query = async () => (await db.query('app/kinds', { group: true })).rows;
    // A view asks one copy of each range: it may not know the newest writes yet.
    await settled(async () => (await query()).reduce((sum, row) => sum + row.value, 0) === 435);
    await db.createIndex({ index: { fields: ['i'] } });
    await settled(async () => {
      const found = await db.find({ selector: { i: { $gte: 27 } }, sort: ['i'] });
      return found.docs.map((doc) => doc.i).join() === '27,28,29';
    });
    await db.destroy();
  },
  async 'live changes arrive as they happen'() {
    const db = remote();
    await db.info();
    const seen = [];
    const feed = db.changes({ live: true, since: 'now', include_docs: true })
      .on('change', (change) => seen.push(change.doc.n));
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (let n = 0; n < 5; ++n) await db.post({ n });
    await settled(() => seen.length === 5);
    feed.cancel();
    assert.deepStrictEqual(seen.sort(), [0, 1, 2, 3, 4]);
    await db.destroy();
  },
  async 'live sync goes on through a partition of the cluster'() {
    const db = remote(), here = local();
    await db.put({ _id: 'before' });
    const sync = here.sync(db, { live: true, retry: true });
    await settled(async () => (await here.info()).doc_count === 1);
    ctl('fault', 'partition', 'n1,n2', 'n3');
    await here.put({ _id: 'during' });
    await settled(async () => db.get('during').then(() => true, () => false));
    await db.put({ _id: 'there' });
    await settled(async () => here.get('there').then(() => true, () => false));
    ctl('fault', 'heal');
    await here.put({ _id: 'after' });
    await settled(async () => db.get('after').then(() => true, () => false));
    sync.cancel();
    await db.destroy();
  },
  async 'a crashed node is missed by nobody, and comes back'() {
    const db = remote();
    await db.put({ _id: 'a' });
    ctl('fault', 'crash', 'n3');
    await db.put({ _id: 'b' });
    ctl('fault', 'start', 'n3');
    await settled(async () => (await db.allDocs()).total_rows === 2);
    await db.destroy();
  },
};

(async () => {
  let failed = 0;
  for (const [name, story] of Object.entries(stories)) {
    const begun = Date.now();
    try {
      await story();
      console.log(`ok    ${name} (${Date.now() - begun} ms)`);
    } catch (error) {
      ++failed;
      console.log(`FAILED  ${name}\n${error.stack || JSON.stringify(error)}`);
    }
  }
  process.exit(failed === 0 ? 0 : 1);
})();
