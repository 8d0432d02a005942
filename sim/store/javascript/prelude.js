// What CouchDB's query server gives to the functions of a design document, and how it calls them.
// Evaluated once per program; the value of this file is a function that gets `host` (now, random,
// log, freeze, compiling) and returns the entry points. Texts in, texts out: JSON, as over couchjs's pipe.
(function (host) {
  "use strict";
  const global = globalThis;
  const indirect = global.eval;   // Called by another name it sees globals alone, and is not strict.
  // Texts become code here and nowhere else: eval() and Function() of functions are refused, as
  // couchjs refuses them.
  const evaluate = (text) => {
    host.compiling(true);
    try {
      return indirect(text);
    } finally {
      host.compiling(false);
    }
  };
  const parse = JSON.parse;
  const stringify = JSON.stringify;

  // ---- A world that is the same in every run ------------------------------------------------

  for (const name of ["WeakRef", "FinalizationRegistry", "SharedArrayBuffer", "Atomics", "WebAssembly"])
    delete global[name];
  Math.random = () => host.random();
  const RealDate = Date;
  RealDate.now = () => host.now();
  const VirtualDate = new Proxy(RealDate, {
    construct: (target, args, made) =>
      Reflect.construct(target, args.length > 0 ? args : [host.now()],
                        made === VirtualDate ? target : made),
    apply: () => new RealDate(host.now()).toString(),
  });
  RealDate.prototype.constructor = VirtualDate;
  global.Date = VirtualDate;

  // ---- What functions may use ---------------------------------------------------------------

  let rows = [];
  global.emit = (key, value) => { rows.push([key, value]); };
  global.sum = (values) => {
    let total = 0;
    for (let i = 0; i < values.length; ++i) total += values[i];
    return total;
  };
  global.isArray = Array.isArray;
  global.toJSON = (value) => value === undefined ? "null" : stringify(value);
  global.log = (message) => { host.log(typeof message === "string" ? message : global.toJSON(message)); };

  // ---- Sources to functions -----------------------------------------------------------------

  const fail = (error, reason) => { throw { error, reason, ours: true }; };

  const compile = (source, what) => {
    let made;
    try {
      made = evaluate("(" + source.replace(/[\s;]+$/, "") + "\n)");
    } catch (problem) {
      fail("compilation_error", `${what}: ${problem}`);
    }
    if (typeof made !== "function")
      fail("compilation_error", `${what}: expression does not eval to a function. (${source})`);
    return made;
  };

  const compiled = new Map();
  const functionOf = (source, what) => {
    let made = compiled.get(source);
    if (made === undefined) compiled.set(source, made = compile(source, what));
    return made;
  };

  // CommonJS modules are strings somewhere in the design document.
  const requireIn = (root) => {
    const loaded = new Map();
    const requireFrom = (here) => (path) => {
      const steps = path.split("/");
      const at = steps[0] === "." || steps[0] === ".." ? here.slice() : [];
      for (const step of steps) {
        if (step === "..") at.pop();
        else if (step !== "." && step !== "") at.push(step);
      }
      let source = root;
      for (const step of at) {
        if (source === null || typeof source !== "object" || !Object.hasOwn(source, step))
          fail("invalid_require_path", `Object has no property "${step}". ${stringify(at)}`);
        source = source[step];
      }
      if (typeof source !== "string")
        fail("invalid_require_path",
             `Must require Javascript string, not: ${source === null ? "null" : typeof source}`);
      const id = at.join("/");
      if (loaded.has(id)) return loaded.get(id).exports;
      const module = { id, exports: {} };
      loaded.set(id, module);   // Before it runs: modules may require one another.
      let body;
      try {
        body = evaluate("(function (module, exports, require) { " + source + "\n })");
      } catch (problem) {
        fail("compilation_error", `Module require('${path}') raised error ${problem}`);
      }
      body.call(module, module, module.exports, requireFrom(at.slice(0, -1)));
      return module.exports;
    };
    return requireFrom([]);
  };

  let design = {};
  let requireForMaps, requireForOthers;
  const maps = [];

  // ---- When a function throws ---------------------------------------------------------------

  const wordsOf = (problem) => {
    if (problem !== null && typeof problem === "object" && problem.ours)
      return `${problem.error}: ${problem.reason}`;
    try {
      return problem instanceof Error ? String(problem) : global.toJSON(problem);
    } catch (worse) {
      return "something that has no words";
    }
  };
  // couchjs's handleViewError: told, and the function's result is nothing.
  const noteThrown = (problem, doc) => {
    host.log("function raised exception (" + wordsOf(problem) + ")" +
             (doc ? " with doc._id " + doc._id : ""));
  };
  const refuse = (problem) => {
    if (problem !== null && typeof problem === "object") {
      if (problem.ours) return problem;
      for (const kind of ["forbidden", "unauthorized"]) {
        if (problem[kind] !== undefined)
          return { error: kind, reason: typeof problem[kind] === "string"
            ? problem[kind] : global.toJSON(problem[kind]) };
      }
      if (problem instanceof Error) return { error: problem.name, reason: problem.message };
    }
    return { error: "unnamed_error", reason: wordsOf(problem) };
  };
  // What JSON.stringify escapes alone, half of a surrogate pair, is no text for anybody else.
  const text = (value) => {
    const made = stringify(value);
    return /\\ud[89a-f]/.test(made)
      ? made.replace(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (all) => all.length > 2 && all[2] === "d" ? "\ufffd" : all)
      : made;
  };
  // {"ok":…} or {"error":…,"reason":…}, as a text.
  const answer = (work) => (...given) => {
    try {
      return text({ ok: work(...given) });
    } catch (problem) {
      const { error, reason } = refuse(problem);
      return text({ error: String(error), reason: String(reason) });
    }
  };

  /* render.js */

  // ---- Entry points -------------------------------------------------------------------------

  const runMap = (work, doc) => {
    rows = [];
    global.require = requireForMaps;
    try {
      work(doc);
      return rows;
    } catch (problem) {
      noteThrown(problem, doc);
      return [];
    }
  };
  const runReduces = (sources, keys, values, rereduce) => sources.map((source) => {
    const work = functionOf(source, "Compilation of the reduce function failed");
    global.require = requireForMaps;
    try {
      const made = work(keys, values, rereduce);
      return made === undefined ? null : made;
    } catch (problem) {
      noteThrown(problem);
      return null;
    }
  });
  const checkShrinks = (results, bytes, limit) => {
    const text = stringify(results);
    if (limit && text.length > 4096 && text.length * 2 > bytes) {
      const start = text.slice(0, 100);
      fail("reduce_overflow_error",
           `Reduce output must shrink more rapidly: Current output: '${start}'... ` +
           `(first 100 of ${text.length} bytes)`);
    }
    return results;
  };
  const run = (source, what, ...given) => {
    const work = functionOf(source, what);
    global.require = requireForOthers;
    return work.call(design, ...given);
  };

  return {
    load: answer((text) => {
      design = parse(text);
      const lib = design.views && design.views.lib;
      requireForMaps = requireIn({ views: { lib: lib === undefined ? null : lib } });
      requireForOthers = requireIn(design);
      return true;
    }),
    addMap: answer((source) => {
      maps.push(compile(source, "Compilation of the map function failed"));
      return true;
    }),
    map: answer((text) => {
      const doc = host.freeze(parse(text));
      return maps.map((work) => runMap(work, doc));
    }),
    reduce: answer((sources, text, limit) => {
      const keys = [], values = [];
      for (const [key, value] of parse(text)) keys.push(key), values.push(value);
      return checkShrinks(runReduces(parse(sources), keys, values, false), text.length, limit);
    }),
    rereduce: answer((sources, text, limit) =>
      checkShrinks(runReduces(parse(sources), null, parse(text), true), text.length, limit)),
    validate: answer((source, doc, before, user, security) => {
      run(source, "Compilation of the validate_doc_update function failed", parse(doc), parse(before),
          parse(user), parse(security));
      return true;
    }),
    filter: answer((source, doc, request) =>
      !!run(source, "Compilation of the filter function failed", parse(doc), parse(request))),
    render: answer((kind, source, given) => renderers[kind](source, ...parse(given))),
    emits: answer((source, text) => {
      const doc = host.freeze(parse(text));
      return runMap(functionOf(source, "Compilation of the map function failed"), doc).length > 0;
    }),
  };
})
