// While somebody writes: the page follows its file, and stays where it was.

const url = document.querySelector('script[data-live]').dataset.live;
const KEY = 'rutter.place ' + location.pathname;
const stored = (k) => { try { return sessionStorage.getItem(k); } catch { return null; } };
const store = (k, v) => { try { v === null ? sessionStorage.removeItem(k) : sessionStorage.setItem(k, v); } catch { /* not kept */ } };

// What is at the top of the window: the last heading above it and how far that is, for text above may have grown.
const headings = () => [...document.querySelectorAll('main [id]:is(h1, h2, h3, h4, h5, h6)')];
let leaving = false, placed = null; // where back led to: who has not scrolled since must not be moved by what is rounded
const leave = () => {
  leaving = true;
  const at = headings().findLast((h) => h.getBoundingClientRect().top <= 1);
  store(KEY, JSON.stringify(placed?.[0] === scrollY ? placed : [scrollY, at?.id, at?.getBoundingClientRect().top]));
  history.scrollRestoration = 'manual';
  location.reload();
};
const back = () => {
  const [y, id, top] = JSON.parse(stored(KEY) ?? '[]');
  if (y === undefined) return;
  const h = id && document.getElementById(id);
  scrollTo({ top: h ? scrollY + h.getBoundingClientRect().top - top : y, behavior: 'instant' });
  placed = [scrollY, id, top];
};
back();
addEventListener('load', () => { back(); store(KEY, null); }, { once: true });

// Whether the list of problems is open is the author's choice until the tab is closed.
const list = document.querySelector('.authors details');
const chosen = stored('rutter.authors');
if (list) {
  if (chosen) list.open = chosen === 'open';
  else if (matchMedia('(width < 48rem)').matches) list.open = false;
  list.querySelector('summary').addEventListener('click', () => store('rutter.authors', list.open ? 'closed' : 'open'));
}

// A browser opens few connections to a host: only the tab that is looked at holds one.
let stream = null;
const listen = () => {
  if (document.hidden) {
    stream?.close();
    stream = null;
  } else if (!stream) {
    stream = new EventSource(url);
    stream.addEventListener('changed', leave);
  }
};
document.addEventListener('visibilitychange', listen);
addEventListener('pagehide', () => {
  stream?.close();
  stream = null;
  if (!leaving) history.scrollRestoration = 'auto'; // the browser's own way back, which it goes some time after a page was loaded
});
addEventListener('pageshow', listen);
listen();
