  // The part of prelude.js that is for show, update, list and rewrite functions: what they say piece
  // by piece, and in which type. Put in its place by the build; it uses what stands around it.
  // share/server/{render,mimeparse}.js of CouchDB.


  const typesOf = new Map(), nameOf = new Map();
  global.registerType = (name, ...types) => {
    typesOf.set(name, types);
    for (const type of types) nameOf.set(type, name);
  };
  for (const [name, ...types] of [
    ["all", "*/*"], ["text", "text/plain; charset=utf-8", "txt"], ["html", "text/html; charset=utf-8"],
    ["xhtml", "application/xhtml+xml", "xhtml"], ["xml", "application/xml", "text/xml", "application/x-xml"],
    ["js", "text/javascript", "application/javascript", "application/x-javascript"], ["css", "text/css"],
    ["ics", "text/calendar"], ["csv", "text/csv"], ["rss", "application/rss+xml"],
    ["atom", "application/atom+xml"], ["yaml", "application/x-yaml", "text/yaml"],
    ["multipart_form", "multipart/form-data"], ["url_encoded_form", "application/x-www-form-urlencoded"],
    ["json", "application/json", "text/x-json"]]) global.registerType(name, ...types);

  const rangeOf = (text) => {
    const [whole, ...rest] = text.split(";").map((part) => part.trim());
    const [kind, sub] = (whole === "*" ? "*/*" : whole).split("/");
    const params = {};
    for (const each of rest) {
      const pair = each.split("=").map((part) => part.trim());
      if (pair.length === 2) params[pair[0]] = pair[1];
    }
    const q = parseFloat(params.q);
    if (!(q >= 0 && q <= 1)) params.q = "1";
    return { kind, sub, params };
  };
  const fits = (type, ranges) => {
    const wanted = rangeOf(type);
    let best = -1, q = 0;
    for (const { kind, sub, params } of ranges) {
      if (kind !== wanted.kind && kind !== "*" && wanted.kind !== "*") continue;
      if (sub !== wanted.sub && sub !== "*" && wanted.sub !== "*") continue;
      let value = (kind === wanted.kind ? 100 : 0) + (sub === wanted.sub ? 10 : 0);
      for (const key of Object.keys(wanted.params))
        if (key !== "q" && params[key] === wanted.params[key]) ++value;
      if (value > best) best = value, q = parseFloat(params.q);
    }
    return [best, q];
  };
  /// The last in order of texts wins, as mimeparse sorts them.
  const bestType = (types, accept) => {
    const ranges = accept.split(",").map(rangeOf);
    const weighed = types.map((type, at) => [fits(type, ranges), at, type]).sort();
    const best = weighed[weighed.length - 1];
    return best !== undefined && best[0][1] ? best[2] : "";
  };

  let said;   // By the function that runs now.
  const beginSaying = (listed) => {
    said = { chunks: [], start: {}, provided: [], type: null, got: false, at: 0, listed, answers: [] };
  };
  global.start = (response) => { said.start = response || {}; said.fresh = true; };
  global.send = (chunk) => { said.chunks.push(chunk.toString()); };
  global.provides = (name, work) => { said.provided.push([name, work]); };

  const withType = (response) => {
    response.headers = response.headers || {};
    if (said.type) response.headers["Content-Type"] = response.headers["Content-Type"] || said.type;
    return response;
  };
  // What goes over the pipe between rows: chunks, and the start if it is new.
  const flush = () => {
    said.answers.push({ chunks: said.chunks, start: said.fresh ? said.start : null });
    said.chunks = [];
    said.fresh = false;
  };
  global.getRow = () => {
    if (said.listed === undefined) return null;
    if (said.got === "all") return null;
    if (!said.got) {
      said.got = true;
      said.start = withType(said.start);
      said.fresh = true;
    }
    flush();
    said.start = {};
    if (said.at === said.listed.length) {
      said.got = "all";
      return null;
    }
    return said.listed[said.at++];
  };

  const runProvided = (req) => {
    const accept = req.headers && req.headers.Accept;
    let name;
    if (req.query && req.query.format) {
      name = req.query.format;
      said.type = typesOf.get(name)[0];
    } else if (accept) {
      const types = said.provided.reverse().flatMap(([each]) => typesOf.get(each) || []);
      said.type = bestType(types, accept);
      name = nameOf.get(said.type);
    } else {
      name = said.provided[0][0];
      said.type = typesOf.get(name)[0];
    }
    const found = said.provided.find(([each]) => each === name);
    if (found) return found[1].call(design);
    const known = said.provided.map(([each]) => (typesOf.get(each) || []).join(", ") || each);
    return fail("not_acceptable", `Content-Type ${accept || name} not supported, try one of: ${known.join(", ")}`);
  };
  const wrapped = (response) => typeof response === "string" ? { body: response } : response;
  const checkResponse = (response, kind) => {
    const fine = response !== null && typeof response === "object" && !Array.isArray(response);
    if (!fine) fail("render_error", `undefined response from ${kind} function`);
    return response;
  };
  // Errors that a function names itself are its own; the rest are told with where they happened.
  const renderError = (problem) => {
    if (problem !== null && typeof problem === "object") {
      if (problem.ours) throw problem;
      if (problem.error && problem.reason) fail(problem.error, problem.reason);
      if (problem[0] === "error" || problem[0] === "fatal") fail(problem[1], problem[2]);
    }
    const words = `function raised error: ${wordsOf(problem)} \nstacktrace: ${problem && problem.stack}`;
    host.log(words);
    return fail("render_error", words);
  };

  const runShow = (source, doc, req) => {
    beginSaying();
    try {
      let response = wrapped(run(source, "Compilation of the show function failed", doc, req) || {});
      if (said.chunks.length > 0) {
        // start() takes a response in lists and, for as long as anybody remembers, headers here.
        response.headers = Object.assign(response.headers || {}, said.start);
        response.body = said.chunks.join("") + (response.body || "");
        said.chunks = [];
      }
      if (said.provided.length > 0) {
        const provided = wrapped(runProvided(req) || {});
        response.body = (response.body || "") + said.chunks.join("") + (provided.body || "");
        response = withType(response);
      }
      return checkResponse(response, "show");
    } catch (problem) {
      if (doc === null && req.path.length > 5) fail("not_found", "document not found");
      return renderError(problem);
    }
  };
  const runUpdate = (source, doc, req) => {
    beginSaying();
    try {
      if (req.method === "GET") fail("method_not_allowed", "Update functions do not allow GET");
      const [made, response] = run(source, "Compilation of the update function failed", doc, req);
      return [made === undefined ? null : made, checkResponse(wrapped(response), "update")];
    } catch (problem) {
      return renderError(problem);
    }
  };
  // All that a list function says, in the order in which it says it, and how it ended.
  const runList = (source, head, req, listed) => {
    beginSaying(listed);
    try {
      let tail = run(source, "Compilation of the list function failed", head, req);
      if (said.provided.length > 0) tail = runProvided(req);
      if (!said.got) global.getRow();
      if (tail !== undefined) said.chunks.push(String(tail));
      flush();
      return { answers: said.answers, problem: null };
    } catch (problem) {
      try {
        return renderError(problem);
      } catch (told) {
        return { answers: said.answers, problem: refuse(told) };
      }
    }
  };
  const runRewrite = (source, req) => {
    beginSaying();
    const made = run(source, "Compilation of the rewrite function failed", req);
    if (!made) return null;
    return typeof made === "string" ? { path: made, method: req.method } : made;
  };
  const renderers = { show: runShow, update: runUpdate, list: runList, rewrite: runRewrite };
