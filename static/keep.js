// What is kept for a time without the network: chosen on a list, shown and forgotten at /-/offline.

const worker = await navigator.serviceWorker?.ready;
const send = (what) => worker?.active?.postMessage(what);

const choice = document.querySelector('.keep');
if (worker && choice) {
  const button = choice.querySelector('button'), said = choice.querySelector('small'), set = choice.dataset.set;
  choice.hidden = false;
  button.addEventListener('click', () => { button.disabled = true; said.textContent = 'Fetching …'; send({ set }); });
  navigator.serviceWorker.addEventListener('message', (e) => {
    if (e.data.set !== set) return;
    const { n, of, alone, failed, gone, done } = e.data;
    if (of) said.textContent = n + ' of ' + of + ' are kept.';
    if (!done) return;
    button.disabled = false;
    if (n) button.textContent = 'Keep them anew';
    if (n && alone) said.textContent += ' The portal says that ' + (alone === 1 ? 'one is' : alone + ' are') + ' for you alone.';
    if (n && failed) said.textContent += ' Then the portal did not answer.';
    if (!n) said.textContent = gone ? 'The portal no longer has this list.' : alone ? 'These pages are not kept: the portal says they are for you alone.' : 'Nothing could be fetched: the portal does not answer.';
  });
}

const kept = document.querySelector('.kept');
if (worker && kept) {
  const { keptPages } = await import(document.querySelector('script[src*="/find-"]').src);
  const el = (tag, attributes, ...children) => {
    const e = document.createElement(tag);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    e.append(...children);
    return e;
  };
  const day = (t) => (t ?? '').slice(0, 16).replace('T', ' ') + ' UTC';
  const show = async () => {
    const cache = await caches.open('rutter-pages');
    const sets = (await (await cache.match('/-/kept'))?.json()) ?? [], pages = (await keptPages()).reverse();
    kept.querySelector('.sets').replaceChildren(...sets.map((s) => {
      const forget = el('button', { type: 'button' }, 'Forget');
      forget.addEventListener('click', () => send({ forget: s.source }));
      return el('li', {}, el('b', {}, s.title), ' ' + s.urls.length + ' pages, as they were on ' + day(s.date) + ' ', forget);
    }));
    kept.querySelector('.rows').replaceChildren(...pages.map((p) => el('li', {}, el('a', { href: p.url }, p.title), ' ', el('small', {}, day(p.date)))));
    kept.hidden = false;
  };
  kept.querySelector(':scope > p button').addEventListener('click', () => send({ everything: true }));
  navigator.serviceWorker.addEventListener('message', (e) => { if (e.data.done) show(); });
  await show();
}
