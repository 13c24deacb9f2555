// The service worker: pages that were read, and sets a reader chose, are there without the network. With it, the portal
// is always asked first. SHELL is written in by the portal.
const shell = SHELL;
const OWN = 'rutter-shell-' + shell.at(-1), PAGES = 'rutter-pages', SETS = '/-/kept';
const READ = 300, PATIENCE = 4000, FRESH = 12 * 3600 * 1000;

addEventListener('install', (e) => e.waitUntil(caches.open(OWN).then((c) => c.addAll(shell)).then(() => skipWaiting())));
addEventListener('activate', (e) => e.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('rutter-shell-') && name !== OWN) await caches.delete(name);
  await clients.claim();
})()));

// Only what everybody may see is kept: never an answer that is private, or with a reader's values in its address.
const keepable = (r, url) => r.ok && r.type === 'basic' && !r.redirected && !url.search && url.pathname !== '/-/offline' && r.headers.has('rutter-edition') && !/no-store|private/.test(r.headers.get('cache-control') ?? '') && /^(text\/html|image\/)/.test(r.headers.get('content-type') ?? '');
const keep = async (url, r) => {
  const headers = new Headers(r.headers);
  headers.set('x-kept', new Date().toISOString());
  const pages = await caches.open(PAGES);
  await pages.put(url.origin + url.pathname, new Response(await r.blob(), { headers }));
};
const sets = async () => (await (await caches.open(PAGES)).match(SETS))?.json() ?? [];
const setSets = async (all) => (await caches.open(PAGES)).put(SETS, new Response(JSON.stringify(all), { headers: { 'content-type': 'application/json' } }));

// The pages read longest ago go first; those of a set stay.
const prune = async () => {
  const pages = await caches.open(PAGES), chosen = new Set((await sets()).flatMap((s) => s.urls));
  const read = (await pages.keys()).filter((k) => !chosen.has(new URL(k.url).pathname) && !k.url.endsWith(SETS));
  for (const k of read.slice(0, Math.max(0, read.length - READ))) await pages.delete(k);
};

const fetchSet = async (set, tell) => {
  const r = await fetch(set.source);
  if (!r.ok) { // no longer a list this reader may see
    if (r.status < 500) await setSets((await sets()).filter((s) => s.source !== set.source));
    return;
  }
  const { title, urls } = await r.json();
  let n = 0;
  for (const u of urls) {
    const url = new URL(u, location.origin);
    try {
      const page = await fetch(url);
      if (keepable(page, url)) await keep(url, page); else await drop(url, page.status);
    } catch { break; }
    tell?.(++n, urls.length);
  }
  await setSets([...(await sets()).filter((s) => s.source !== set.source), { source: set.source, title, urls: urls.slice(0, n), date: new Date().toISOString() }]);
};
const drop = async (url, status) => {
  if ([401, 403, 404, 410].includes(status)) await (await caches.open(PAGES)).delete(url.origin + url.pathname);
};
const refresh = async () => {
  for (const s of await sets()) if (Date.now() - Date.parse(s.date) > FRESH) await fetchSet(s);
};

addEventListener('message', (e) => e.waitUntil((async () => {
  const { set, forget } = e.data;
  if (set) await fetchSet({ source: set }, (n, of) => e.source?.postMessage({ set, n, of }));
  if (forget) { await setSets((await sets()).filter((s) => s.source !== forget)); await prune(); }
  if (e.data.everything) await caches.delete(PAGES);
  e.source?.postMessage({ done: true, set });
})()));

// A kept page says that it is one, and of when.
const told = async (r, why) => {
  const at = r.headers.get('x-kept') ?? '', type = r.headers.get('content-type') ?? '';
  if (!type.startsWith('text/html')) return r;
  const html = await r.text(), main = html.indexOf('<main'), end = html.indexOf('>', main) + 1;
  const note = at ? '<p class="offline" role="status">' + why + ' This copy is of ' + at.slice(0, 16).replace('T', ' ') + ' UTC. <a href="/-/offline">What is kept</a></p>' : '';
  return new Response(html.slice(0, end) + note + html.slice(end), { headers: { 'content-type': type } });
};
const from = async (url) => (await caches.open(PAGES)).match(url.origin + url.pathname);

const page = async (e, url) => {
  const asked = fetch(e.request).then(async (r) => {
    if (keepable(r, url)) { const copy = r.clone(); e.waitUntil(keep(url, copy).then(prune).then(refresh)); } else e.waitUntil(drop(url, r.status));
    return r;
  });
  const old = url.pathname === '/search' ? null : await from(url);
  try {
    if (!old) return await asked;
    const first = await Promise.race([asked, new Promise((done) => setTimeout(done, PATIENCE, null))]);
    if (first) return first;
    asked.catch(() => {});
    return await told(old, 'The portal does not answer.');
  } catch {
    if (old) return told(old, 'You are offline, or the portal is.');
    const own = await (await caches.open(OWN)).match('/-/offline');
    return own ? new Response(await own.text(), { status: url.pathname === '/-/offline' || url.pathname === '/search' ? 200 : 503, headers: { 'content-type': 'text/html; charset=utf-8' } }) : Response.error();
  }
};

addEventListener('fetch', (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith('/-/static/')) {
    e.respondWith((async () => (await caches.match(e.request)) ?? fetch(e.request).then(async (r) => {
      if (r.ok) { const copy = r.clone(); e.waitUntil(caches.open(OWN).then((c) => c.put(e.request, copy))); }
      return r;
    }))());
  } else if (e.request.mode === 'navigate') {
    e.respondWith(page(e, url));
  } else if (e.request.destination === 'image') {
    e.respondWith(fetch(e.request).then((r) => {
      if (keepable(r, url)) { const copy = r.clone(); e.waitUntil(keep(url, copy)); }
      return r;
    }).catch(async () => (await from(url)) ?? Response.error()));
  }
});
