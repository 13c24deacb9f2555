// A search without a server: over the index that an export carries, or over the pages this browser keeps.

// The words of a text as they are looked up: in small letters, identifiers whole and in their parts, pairs of
// characters where words have no spaces, a plural as its singular. site/export does the same.
const joined = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu;
const one = (w) => (w.length > 3 && w.endsWith('s') && !/[siu]s$/.test(w) ? w.slice(0, -1) : w);
export const words = (text) => {
  const out = [];
  for (const [run] of text.normalize('NFC').matchAll(/[\p{L}\p{M}\p{N}_]+/gu)) {
    const rest = run.replace(joined, (s) => {
      const cs = [...s];
      if (cs.length === 1) out.push(s);
      for (let i = 0; i + 1 < cs.length; i++) out.push(cs[i] + cs[i + 1]);
      return ' ';
    });
    for (const w of rest.split(' ')) {
      const parts = w.replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2').split(/[ _]+/).filter(Boolean);
      const whole = w.replace(/^_+|_+$/g, '').toLowerCase();
      if (!whole) continue;
      if (parts.length > 1) out.push(whole);
      for (const p of parts) out.push(one(p.toLowerCase()));
    }
  }
  return out.filter((w) => w.length <= 60);
};

// What a term weighs in a section: as often as it stands there, less in a long one. Whole numbers keep an index small.
export const weight = (n, length) => Math.max(1, Math.round((16 * n) / (0.4 + length / 200)));

// Pages by their best section and what the page itself, its title and names, says; section 0 is the page itself.
export const rank = (terms, postings, pages) => {
  const score = new Map();
  terms.forEach((term, i) => {
    const list = postings[i];
    if (!list.length) return;
    const seen = new Set();
    for (let j = 0; j < list.length; j += 3) seen.add(list[j]);
    const idf = Math.log(1 + pages / seen.size);
    for (let j = 0; j < list.length; j += 3) {
      const [page, section, w] = [list[j], list[j + 1], list[j + 2]];
      if (!score.has(page)) score.set(page, { terms: new Set(), sections: new Map() });
      const s = score.get(page);
      s.terms.add(term);
      s.sections.set(section, (s.sections.get(section) ?? 0) + (idf * w) / (w + 24));
    }
  });
  const all = [...score].map(([page, s]) => {
    const head = s.sections.get(0) ?? 0;
    const rest = [...s.sections].filter(([n]) => n > 0).sort((a, b) => b[1] - a[1]);
    return { page, score: (2 * head + (rest[0]?.[1] ?? 0)) * (s.terms.size / new Set(terms).size) ** 2, sections: rest.slice(0, 2).map(([n]) => n) };
  });
  return all.sort((a, b) => b.score - a.score || a.page - b.page);
};

// The index of an export: files by the beginnings of terms, and files of pages.
const bucket = (term, n) => {
  let h = 2166136261;
  for (const c of [...term].slice(0, 2)) h = Math.imul(h ^ c.codePointAt(0), 16777619) >>> 0;
  return h % n;
};
const exported = (base) => {
  const files = new Map();
  const json = (name) => {
    if (!files.has(name)) files.set(name, fetch(base + name).then((r) => { if (!r.ok) throw new Error(name); return r.json(); }));
    return files.get(name);
  };
  return async (terms, last) => {
    const meta = await json('meta.json');
    const postings = await Promise.all(terms.map(async (t, i) => {
      const shard = await json('t' + bucket(t, meta.shards) + '.json');
      const exact = Object.hasOwn(shard, t) ? shard[t] : [];
      if (exact.length || i !== last || t.length < 3) return exact;
      return Object.keys(shard).filter((k) => k.startsWith(t)).slice(0, 50).flatMap((k) => shard[k]);
    }));
    const hits = rank(terms, postings, meta.pages);
    return { total: hits.length, hits: await Promise.all(hits.slice(0, 20).map(async (h) => {
      const p = (await json('p' + Math.floor(h.page / meta.block) + '.json'))[h.page % meta.block];
      return { url: p.u, title: p.t, kind: p.k, summary: p.s, sections: h.sections.map((n) => ({ heading: p.h[n - 1][1], id: p.h[n - 1][0] })) };
    })) };
  };
};

// The pages this browser keeps, read when somebody searches.
export const keptPages = async () => {
  const cache = await caches.open('rutter-pages'), out = [];
  for (const key of await cache.keys()) {
    const r = await cache.match(key), url = new URL(key.url);
    if (!r?.headers.get('content-type')?.startsWith('text/html')) continue;
    const doc = new DOMParser().parseFromString(await r.text(), 'text/html');
    const prose = doc.querySelector('.prose');
    const sections = [];
    let s = { id: '', heading: '', text: '' };
    for (const e of prose?.querySelectorAll('h2, h3, h4, h5, h6, p, li, td, th, pre') ?? []) {
      if (/^H/.test(e.tagName)) sections.push((s = { id: e.id, heading: (e.querySelector('label') ?? e).textContent.replace(/#$/, '').replace(/^Step (\d+) done: /, '$1. '), text: '' }));
      else s.text += e.textContent + '\n';
    }
    out.push({
      url: url.pathname, title: doc.querySelector('h1')?.textContent ?? url.pathname, date: r.headers.get('x-kept'), page: Boolean(prose),
      kind: '', summary: doc.querySelector('.lead')?.textContent ?? '', names: [...doc.querySelectorAll('.aside li code')].map((c) => c.textContent).join(' '), sections,
    });
  }
  return out;
};
const keptIndex = async () => {
  const pages = (await keptPages()).filter((p) => p.page), index = new Map();
  const add = (page, section, texts) => {
    const n = new Map();
    let length = 0;
    for (const [text, times] of texts) for (const w of words(text)) { length++; n.set(w, (n.get(w) ?? 0) + times); }
    for (const [w, k] of n) {
      if (!index.has(w)) index.set(w, []);
      index.get(w).push(page, section, weight(k, length));
    }
  };
  pages.forEach((p, i) => {
    add(i, 0, [[p.title, 4], [p.names, 4], [p.summary, 2]]);
    p.sections.forEach((s, j) => add(i, j + 1, [[s.heading, 3], [s.text, 1]]));
  });
  return async (terms, last) => {
    const postings = terms.map((t, i) => {
      const exact = index.get(t) ?? [];
      if (exact.length || i !== last || t.length < 3) return exact;
      return [...index.keys()].filter((k) => k.startsWith(t)).slice(0, 50).flatMap((k) => index.get(k));
    });
    const hits = rank(terms, postings, pages.length);
    return { total: hits.length, hits: hits.slice(0, 20).map((h) => ({ ...pages[h.page], sections: h.sections.map((n) => pages[h.page].sections[n - 1]) })) };
  };
};

const place = document.querySelector('[data-find]');
if (place) {
  const form = document.querySelector('main form'), input = form.querySelector('input'), said = document.querySelector('main [role=status]');
  const el = (tag, attributes, ...children) => {
    const e = document.createElement(tag);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    e.append(...children);
    return e;
  };
  let source = null, turn = 0;
  const find = async () => {
    const now = ++turn, q = input.value.trim(), terms = [...new Set(words(q))].slice(0, 32);
    if (!terms.length) { place.replaceChildren(); said.textContent = ''; return; }
    try {
      source ??= place.dataset.find ? exported(place.dataset.find) : await keptIndex();
      const { total, hits } = await source(terms, q.endsWith(' ') ? -1 : terms.length - 1);
      if (now !== turn) return;
      said.textContent = total === 1 ? '1 page' : total + ' pages';
      place.replaceChildren(...hits.map((h) => el('li', { class: 'hit' },
        el('h2', {}, el('a', { href: h.url }, h.title)), el('p', { class: 'meta' }, h.kind), el('p', { class: 'by' }, h.summary),
        h.sections.length ? el('ul', { class: 'secs' }, ...h.sections.filter((s) => s.heading).map((s) => el('li', {}, el('a', { href: h.url + '#' + encodeURIComponent(s.id) }, s.heading)))) : '')));
    } catch {
      said.textContent = place.dataset.find ? 'The index cannot be read. A browser reads it from a web server, not from a folder.' : 'The kept pages cannot be read.';
    }
  };
  input.value = new URLSearchParams(location.search).get('q') ?? '';
  form.addEventListener('submit', (e) => {
    e.preventDefault();
    history.replaceState(null, '', '?' + new URLSearchParams({ q: input.value }));
    find();
  });
  input.addEventListener('input', find);
  if (input.value) find();
}
