// The service worker: pages that were read, and sets a reader chose, are there without the network. With it, the portal
// is always asked first. SHELL is written in by the portal.
const shell = SHELL;
const OWN = 'rutter-shell', PAGES = 'rutter-pages', SETS = '/-/kept';
const READ = 300, PATIENCE = 4000, HOUR = 3600 * 1000, FRESH = 12 * HOUR;

addEventListener('install', (e) => e.waitUntil(caches.open(OWN).then((c) => c.addAll(shell)).then(() => skipWaiting())));
// What follows the activation does not hold it up: nobody can load anything until it is done.
addEventListener('activate', (e) => e.waitUntil(clients.claim().then(() => { keepOpen().then(tidy).catch(() => {}); })));

// Only what everybody may see is kept: never an answer that is private, or with a reader's values in its address.
const ours = (r) => r.type === 'basic' && r.headers.has('rutter-edition');
const plain = (url) => url.origin === location.origin && !url.search && url.pathname !== '/-/offline';
const keepable = (r, url) => r.ok && ours(r) && !r.redirected && plain(url) && !/no-store|private/.test(r.headers.get('cache-control') ?? '') && /^(text\/html|image\/)/.test(r.headers.get('content-type') ?? '');

// The headers of an answer, its policy above all, without those of how it was sent.
const headersOf = (r) => {
  const headers = new Headers(r.headers);
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
  return headers;
};
const assetsOf = (html) => [...html.matchAll(/ (?:src|href|data-[a-z]+)="(\/-\/static\/[^"]+)"/g)].map((m) => m[1]);
const picturesOf = (html, url) => [...html.matchAll(/<img\b[^>]*? src="([^"]+)"/g)].map((m) => new URL(m[1].replaceAll('&amp;', '&'), url)).filter(plain);

// keep keeps an answer, and of a page the programs it names; it returns the page's text.
const keep = async (url, r) => {
  const headers = headersOf(r), body = await r.blob(), pages = await caches.open(PAGES);
  headers.set('x-kept', new Date().toISOString());
  await pages.put(url.origin + url.pathname, new Response(body, { headers }));
  if (!headers.get('content-type').startsWith('text/html')) return '';
  const html = await body.text(), own = await caches.open(OWN);
  await Promise.all(assetsOf(html).map(async (a) => { if (!await caches.match(a, { ignoreVary: true })) await own.add(a).catch(() => {}); }));
  return html;
};
// keepWhole keeps a page with its pictures, and returns their paths.
const keepWhole = async (url, r, signal) => {
  const pictures = picturesOf(await keep(url, r), url);
  await Promise.all(pictures.map(async (u) => {
    try {
      const picture = await fetch(u, { signal });
      if (keepable(picture, u)) await keep(u, picture);
    } catch { /* the page is of use without it */ }
  }));
  return pictures.map((u) => u.pathname);
};
// What the portal no longer gives, or gives to some alone, is forgotten.
const drop = async (url, r) => {
  const alone = r.ok && plain(url) && /no-store|private/.test(r.headers.get('cache-control') ?? '');
  if (ours(r) && (alone || [401, 403, 404, 410].includes(r.status))) await (await caches.open(PAGES)).delete(url.origin + url.pathname);
};
// The page of a first visit is there before the worker is.
const keepOpen = async () => {
  for (const c of await clients.matchAll({ type: 'window', includeUncontrolled: true })) {
    const url = new URL(c.url);
    if (!plain(url)) continue;
    const r = await fetch(url.pathname).catch(() => null);
    if (r && keepable(r, url)) await keepWhole(url, r);
  }
};

const sets = async () => (await (await caches.open(PAGES)).match(SETS))?.json() ?? [];
let last = Promise.resolve();
const setSets = (change) => {
  const now = last.then(async () => (await caches.open(PAGES)).put(SETS, new Response(JSON.stringify(change(await sets())), { headers: { 'content-type': 'application/json' } })));
  last = now.catch(() => {});
  return now;
};
const pathsOf = (all) => new Set(all.flatMap((s) => [...s.urls, ...(s.pictures ?? [])]));

// The pages read longest ago go first; those of a set stay.
const prune = async () => {
  const pages = await caches.open(PAGES), chosen = pathsOf(await sets());
  const read = (await pages.keys()).filter((k) => !chosen.has(new URL(k.url).pathname) && !k.url.endsWith(SETS));
  for (const k of read.slice(0, Math.max(0, read.length - READ))) await pages.delete(k);
};
// Programs and styles of an earlier portal stay for as long as a kept page names them.
const tidy = async () => {
  const own = await caches.open(OWN), pages = await caches.open(PAGES), named = new Set(shell);
  for (const k of await pages.keys()) {
    const r = await pages.match(k);
    if (r?.headers.get('content-type')?.startsWith('text/html')) for (const a of assetsOf(await r.text())) named.add(a);
  }
  for (const name of await caches.keys()) {
    if (!name.startsWith(OWN)) continue;
    const c = await caches.open(name);
    for (const k of await c.keys()) {
      const path = new URL(k.url).pathname;
      if (!named.has(path)) await c.delete(k);
      else if (name !== OWN && !await own.match(k)) await own.put(k, await c.match(k));
    }
    if (name !== OWN) await caches.delete(name);
  }
};

// Sets that are being fetched, by their source: each once at a time, and to be stopped when it is forgotten.
const busy = new Map();
const fetchSet = (source, tell) => {
  if (!busy.has(source)) {
    const stop = new AbortController();
    busy.set(source, { stop, done: fetchPages(source, stop.signal, tell).finally(() => busy.delete(source)) });
  }
  return busy.get(source).done;
};
const fetchPages = async (source, signal, tell) => {
  const was = (await sets()).find((s) => s.source === source), out = { n: 0, of: 0, alone: 0, failed: false };
  let list;
  try {
    const r = await fetch(source, { signal });
    if (ours(r) && [401, 403, 404, 410].includes(r.status)) { // no longer a list this reader may see
      await setSets((all) => all.filter((s) => s.source !== source));
      return { ...out, gone: true };
    }
    if (!r.ok || !ours(r)) throw new Error(source);
    list = await r.json();
  } catch {
    return { ...out, failed: true };
  }
  const pictures = new Set(was?.pictures);
  out.of = list.urls.length;
  for (const u of list.urls) {
    const url = new URL(u, location.origin);
    try {
      const page = await fetch(url, { signal });
      if (page.status >= 500) throw new Error(u);
      if (keepable(page, url)) {
        for (const p of await keepWhole(url, page, signal)) pictures.add(p);
        out.n++;
      } else {
        if (page.ok && ours(page)) out.alone++;
        await drop(url, page);
      }
    } catch { out.failed = true; break; }
    tell?.(out);
  }
  if (signal.aborted) return out;
  const pages = await caches.open(PAGES), urls = []; // an older copy is one too
  for (const u of list.urls) if ((out.n || was) && await pages.match(location.origin + u)) urls.push(u);
  const s = { source, title: list.title, urls, pictures: [...pictures], date: out.failed && was ? was.date : new Date().toISOString(), part: out.failed, tried: Date.now() };
  await setSets((all) => [...all.filter((x) => x.source !== source), ...(urls.length ? [s] : [])]);
  return out;
};
// One refresh at a time; a set that could not be fetched is tried again after an hour.
let refreshing = null;
const refreshAll = async () => {
  const stale = (s) => (s.part || Date.now() - Date.parse(s.date) > FRESH) && !(Date.now() - s.tried < HOUR);
  const all = (await sets()).filter(stale);
  for (const { source } of all) {
    await setSets((now) => now.map((s) => (s.source === source ? { ...s, tried: Date.now() } : s)));
    await fetchSet(source);
  }
  if (all.length) await tidy();
};
const refresh = () => (refreshing ??= refreshAll().finally(() => { refreshing = null; }));

const stopped = async (those) => {
  for (const b of those) b.stop.abort();
  await Promise.all(those.map((b) => b.done.catch(() => {})));
};
const forgetSet = async (source) => {
  await stopped([busy.get(source)].filter(Boolean));
  const all = await sets(), others = all.filter((s) => s.source !== source), stay = pathsOf(others);
  await setSets((now) => now.filter((s) => s.source !== source));
  const pages = await caches.open(PAGES);
  for (const p of pathsOf(all.filter((s) => s.source === source))) if (!stay.has(p)) await pages.delete(location.origin + p);
};

addEventListener('message', (e) => e.waitUntil((async () => {
  const { set, forget, everything } = e.data, say = (what) => e.source?.postMessage({ set, ...what });
  let out = {};
  try {
    if (set) out = await fetchSet(set, say);
    if (forget) await forgetSet(forget);
    if (everything) { await stopped([...busy.values()]); await caches.delete(PAGES); }
  } catch { out = { n: 0, failed: true }; }
  say({ ...out, done: true });
  await tidy();
})()));

// A kept page says that it is one, and of when.
const told = async (r, why) => {
  const at = r.headers.get('x-kept') ?? '', headers = headersOf(r);
  if (!(headers.get('content-type') ?? '').startsWith('text/html')) return r;
  const html = await r.text(), main = html.indexOf('<main'), end = html.indexOf('>', main) + 1;
  const note = at ? '<p class="offline" role="status">' + why + ' This copy is of ' + at.slice(0, 16).replace('T', ' ') + ' UTC. <a href="/-/offline">What is kept</a></p>' : '';
  return new Response(html.slice(0, end) + note + html.slice(end), { headers });
};
const from = async (url) => (await caches.open(PAGES)).match(url.origin + url.pathname);
const instead = async (url) => {
  const own = await (await caches.open(OWN)).match('/-/offline');
  return own && new Response(await own.blob(), { status: url.pathname === '/-/offline' || url.pathname === '/search' ? 200 : 503, headers: headersOf(own) });
};

// learn keeps what the portal answered, or forgets what it says is gone. The answer is copied before it is read.
const learn = async (url, r) => {
  if (!keepable(r, url)) return drop(url, r);
  await keep(url, r.clone());
  await prune();
  return refresh();
};
const page = async (e, url) => {
  const asked = fetch(e.request);
  e.waitUntil(asked.then((r) => learn(url, r)).catch(() => {}));
  const old = url.pathname === '/search' ? null : await from(url);
  try {
    const first = old ? await Promise.race([asked, new Promise((done) => setTimeout(done, PATIENCE, null))]) : await asked;
    if (!first) return await told(old, 'The portal does not answer.');
    if (first.status < 500) return first;
    if (old) return await told(old, 'The portal does not answer as it should.');
    return (url.pathname === '/-/offline' || url.pathname === '/search' && !ours(first) ? await instead(url) : null) ?? first;
  } catch {
    if (old) return told(old, 'You are offline, or the portal is.');
    return (await instead(url)) ?? Response.error();
  }
};

addEventListener('fetch', (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith('/-/static/')) {
    e.respondWith((async () => (await caches.match(e.request, { ignoreVary: true })) ?? fetch(e.request).then(async (r) => {
      if (r.ok) { const copy = r.clone(); e.waitUntil(caches.open(OWN).then((c) => c.put(e.request, copy))); }
      return r;
    }))());
  } else if (e.request.mode === 'navigate') {
    e.respondWith(page(e, url));
  } else if (e.request.destination === 'image') {
    e.respondWith(fetch(e.request).then(async (r) => {
      if (keepable(r, url)) { const copy = r.clone(); e.waitUntil(keep(url, copy)); }
      return r.status < 500 ? r : (await from(url)) ?? r;
    }).catch(async () => (await from(url)) ?? Response.error()));
  }
});
