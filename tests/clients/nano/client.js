// nano against a store that glasshive serves: what PouchDB does not ask of a server, above all
// sessions, partitions, multipart bodies and news of databases. Usage: node client.js HOST:PORT
const assert = require('assert');
const connect = require('nano');

const address = process.argv[2];
const url = `http://adm:pass@${address}`;
const server = connect(url);
const settled = async (condition, seconds = 20) => {
  for (let i = 0; i < seconds * 10; ++i) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail('it did not settle: ' + condition);
};
const text = async (stream) => {
  let all = '';
  for await (const piece of stream) all += piece;
  return all;
};

const stories = {
  async 'logs in and is known by its cookie'() {
    const client = connect(`http://${address}`);
    await assert.rejects(client.db.create('nobody'), { statusCode: 401 });
    await client.auth('adm', 'pass');
    assert.strictEqual((await client.session()).userCtx.name, 'adm');
    assert.deepStrictEqual(await client.db.create('somebody'), { ok: true });
  },
  async 'stores documents and finds them'() {
    await server.db.create('shop');
    const db = server.use('shop');
    const made = await db.bulk({ docs: [1, 2, 3].map((n) => ({ _id: 'd' + n, n })) });
    assert.strictEqual((await db.head('d1')).etag, `"${made[0].rev}"`);
    await assert.rejects(db.insert({}, 'd1'), { statusCode: 409, error: 'conflict' });
    await db.createIndex({ index: { fields: ['n'] }, name: 'n' });
    const found = await db.find({ selector: { n: { $gt: 1 } }, sort: [{ n: 'desc' }] });
    assert.deepStrictEqual(found.docs.map((doc) => doc.n), [3, 2]);
    const rows = await db.fetch({ keys: ['d2', 'none'] });
    assert.deepStrictEqual(rows.rows[1], { key: 'none', error: 'not_found' });
    assert.strictEqual(JSON.parse(await text(db.listAsStream())).total_rows, 4);
  },
  async 'asks design documents'() {
    const db = server.use('shop');
    await db.insert({
      views: { n: { map: 'function(doc) { if (doc.n) emit(doc.n, 1); }', reduce: '_sum' } },
      updates: { u: "function(doc, req) { return [{_id: 'made'}, 'done']; }" },
      shows: { s: "function(doc) { return 'n=' + doc.n; }" },
      lists: { l: "function() { start({headers: {'Content-Type': 'text/plain'}}); var r;" +
        " while (r = getRow()) send(r.key + ';'); }" }
    }, '_design/d');
    assert.strictEqual((await db.view('d', 'n')).rows[0].value, 3);
    assert.strictEqual(await db.show('d', 's', 'd3'), 'n=3');
    assert.strictEqual(await db.viewWithList('d', 'n', 'l', { reduce: false }), '1;2;3;');
    assert.strictEqual(await db.atomic('d', 'u', 'made', {}), 'done');
    await assert.rejects(db.view('d', 'n', { queries: [{}] }), { statusCode: 400 });
  },
  async 'sends attachments in one body with their document'() {
    const db = server.use('shop');
    const image = Buffer.from([0, 1, 2, 255]);
    await db.multipart.insert({ a: 1 }, [
      { name: 'a.bin', data: image, content_type: 'image/png' },
      { name: 'a.txt', data: 'hello', content_type: 'text/plain' }], 'whole');
    assert.ok(image.equals(await db.attachment.get('whole', 'a.bin')));
    assert.strictEqual(await text(db.attachment.getAsStream('whole', 'a.txt')), 'hello');
    const doc = await db.get('whole');
    assert.ok((await db.attachment.destroy('whole', 'a.txt', { rev: doc._rev })).ok);
  },
  async 'reads partitions'() {
    await server.db.create('parts', { partitioned: true });
    const db = server.use('parts');
    await db.bulk({ docs: ['a:1', 'a:2', 'b:1'].map((_id) => ({ _id })) });
    assert.strictEqual((await db.partitionInfo('a')).doc_count, 2);
    assert.strictEqual((await db.partitionedList('b')).rows.length, 1);
    assert.strictEqual((await db.partitionedFind('a', { selector: {} })).docs.length, 2);
  },
  async 'follows changes'() {
    const db = server.use('shop');
    const seen = [];
    const reader = server.use('shop').changesReader;
    reader.start({ since: 'now' }).on('change', (change) => {
      seen.push(change.id);
      reader.stop();   // Here: later it would break a request off, which is an error.
    });
    await settled(async () => {
      await db.insert({}, 'live' + seen.length + Date.now());
      return seen.length > 0;
    });
    let spooled = 0;
    await new Promise((resolve, reject) => db.changesReader.spool({ since: 0 })
      .on('batch', (rows) => { spooled += rows.length; }).on('end', resolve).on('error', reject));
    assert.ok(spooled > 5, spooled);
  },
  async 'hears of databases'() {
    await server.db.create('_global_changes');
    await server.use('shop').insert({}, 'news');
    await settled(async () => (await server.updates()).results.some(
      (row) => row.type === 'updated' && row.db_name === 'shop'));
  },
  async 'replicates once and by a document'() {
    const ends = [`${url}/shop`, `${url}/copy`];
    assert.ok((await server.db.replicate(...ends, { create_target: true })).ok);
    assert.strictEqual((await server.db.get('copy')).doc_count,
      (await server.db.get('shop')).doc_count);
    const { id } = await server.db.replication.enable(url + '/shop', url + '/copy2',
      { create_target: true });
    await settled(async () =>
      (await server.db.replication.query(id))._replication_state === 'completed');
  }
};

(async () => {
  for (const [name, story] of Object.entries(stories)) {
    await story();
    console.log('ok ' + name);
  }
  process.exit(0);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
