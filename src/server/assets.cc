#include "server/assets.h"

#include <fmt/format.h>

#include "protocol/http.h"
#include "server/representation.h"

namespace tfhub::server {
namespace {

constexpr std::string_view kStyle = R"css(:root {
  color-scheme: light dark;
  --ground: #fbfaf8; --surface: #ffffff; --text: #22262b; --quiet: #5b6470; --line: #e1ded8; --accent: #a8480b;
  --soft: #f3f0ea; --edge: #878c93;
}
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181b; --surface: #1e2125; --text: #e4e6e9; --quiet: #a0a8b2; --line: #33383e; --accent: #f2a25c;
    --soft: #262a2f; --edge: #747b84; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 0 1rem; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: break-word; }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--surface); padding: 0.5rem 1rem; }
body > header { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; align-items: center;
  justify-content: space-between; padding: 1rem 0; border-bottom: 1px solid var(--line); }
.home { font-weight: 600; color: var(--text); text-decoration: none; }
form { display: flex; gap: 0.5rem; flex: 0 1 26rem; position: relative; }
input { flex: 1; min-width: 0; }
input, button { font: inherit; color: inherit; background: var(--surface); border: 1px solid var(--edge);
  border-radius: 0.375rem; padding: 0.35rem 0.7rem; }
::placeholder { color: var(--quiet); opacity: 1; }
button { cursor: pointer; }
.filter { flex-wrap: wrap; align-items: center; margin: 0.5rem 0; }
.names { position: absolute; z-index: 1; top: calc(100% + 0.375rem); left: 0; right: 0; margin: 0; padding: 0.375rem;
  list-style: none; background: var(--surface); border: 1px solid var(--line); border-radius: 0.375rem;
  box-shadow: 0 0.5rem 1.5rem rgb(0 0 0 / 0.15); }
.names a { display: block; padding: 0.3rem 0.5rem; border-radius: 0.25rem; color: inherit; text-decoration: none;
  overflow-wrap: anywhere; }
.names a:hover, .names a:focus { background: var(--soft); outline-offset: -2px; }
.names span { display: block; font-size: 0.875rem; color: var(--quiet); white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.75rem 0 0.25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 0.25rem; }
p { margin: 0.5rem 0; }
ul, ol { padding-left: 1.25rem; }
.lead { font-size: 1.1rem; max-width: 46rem; }
.quiet { color: var(--quiet); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.wide { overflow-x: auto; position: relative; }
table { border-collapse: collapse; width: 100%; background: var(--surface); }
th, td { text-align: left; padding: 0.4rem 0.75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--quiet); font-size: 0.875rem; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
thead ~ tbody code { overflow-wrap: normal; }
pre { background: var(--surface); border: 1px solid var(--line); border-radius: 0.375rem; padding: 0.75rem 1rem;
  overflow-x: auto; margin: 0.25rem 0 1rem; }
pre code { overflow-wrap: normal; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.5rem; margin: 1rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0.5rem 0; }
nav [aria-current] { font-weight: 600; }
.snippet { position: relative; }
.copy { font-size: 0.8125rem; padding: 0.1rem 0.5rem; }
.snippet .copy { position: absolute; bottom: calc(100% + 0.25rem); right: 0; }
.models { list-style: none; padding: 0; margin: 0.5rem 0; }
.models > li { padding: 0.75rem 0; border-bottom: 1px solid var(--line); }
.models > li > a { font-weight: 600; overflow-wrap: anywhere; }
.models p { margin: 0.15rem 0 0; max-width: 46rem; }
.facts { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; color: var(--quiet); font-size: 0.875rem; }
.icon { vertical-align: middle; object-fit: contain; border-radius: 0.25rem; margin-right: 0.5rem; }
.badge { background: var(--soft); border-radius: 0.25rem; padding: 0 0.4rem; color: var(--text); }
.inline { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 0 2rem; }
.columns h3 { text-transform: capitalize; }
.columns ul, .filters ul { list-style: none; padding: 0; margin: 0; }
.columns li, .filters li, .inline li { overflow-wrap: anywhere; }
.found { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 0 2.5rem; }
.found > :only-child { grid-column: 1 / -1; }
.filters { font-size: 0.9375rem; }
.filters h2 { font-size: 0.9375rem; margin: 1.25rem 0 0.25rem; }
summary { cursor: pointer; color: var(--quiet); }
caption { text-align: left; padding: 0.4rem 0; font-weight: 600; }
figure { margin: 1rem 0; }
.bars { list-style: none; padding: 0; margin: 0.25rem 0; font-size: 0.875rem; }
.bars svg { display: block; width: 100%; height: 0.4rem; fill: var(--accent); background: var(--soft); border-radius: 0.2rem; }
.bars span { overflow-wrap: anywhere; }
.warning { border-left: 4px solid var(--accent); }
.note { background: var(--soft); border-radius: 0.375rem; padding: 0.5rem 0.9rem; max-width: 46rem; }
.document { max-width: 50rem; margin-top: 2rem; padding-top: 0.5rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.document img { max-width: 100%; height: auto; }
.document table { display: block; overflow-x: auto; width: fit-content; max-width: 100%; }
.document th, .document td { overflow-wrap: break-word; }
blockquote { margin: 0.75rem 0; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--quiet); }
body > footer { display: flex; gap: 1rem; margin: 3rem 0 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line);
  font-size: 0.875rem; }
/* Beside a list the filters are always open; above it, on a narrow page, they open when asked for. */
@media (min-width: 45.01rem) {
  @supports selector(::details-content) {
    .filters > details > summary { display: none; }
    .filters > details::details-content { content-visibility: visible; }
    .filters > details > h2:first-of-type { margin-top: 0.75rem; }
  }
}
@media (max-width: 45rem) {
  .found { grid-template-columns: minmax(0, 1fr); }
  .filters { margin: 0.75rem 0; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: 0.5rem; }
  form { flex-basis: 100%; }
}
)css";

// Nothing on a page needs this: it only adds what is handy.
constexpr std::string_view kScript = R"js('use strict';
// Browsers have a clipboard on HTTPS and localhost alone; elsewhere a selected text can be copied.
const copy = async (text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.readOnly = true;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('not copied');
};
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false;
  const label = button.firstChild;  // what is copied stands hidden behind it
  button.addEventListener('click', async () => {
    await copy(button.dataset.copy);
    button.focus();
    label.data = 'Copied';
    setTimeout(() => { label.data = 'Copy'; }, 1500);
  });
}
// What is wider than its place can be scrolled, and so must be reached by the keyboard; what is not need not.
const wide = new ResizeObserver((boxes) => {
  for (const { target } of boxes) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute('tabindex');
  }
});
for (const box of document.querySelectorAll('pre, .wide, .document table')) wide.observe(box);
// Where an icon's host cannot be reached, nothing stands there instead of a broken picture.
for (const icon of document.querySelectorAll('img.icon')) {
  const remove = () => icon.remove();
  if (icon.complete) icon.decode().catch(remove);
  else icon.addEventListener('error', remove);
}
// While one types: the first models found, as links below the field.
const field = document.getElementById('q'), names = document.createElement('ul'), told = document.createElement('span');
names.className = 'names';
names.hidden = true;
told.className = 'hidden';
told.role = 'status';
field.after(names, told);
let asked = 0;
const show = (models) => {
  names.replaceChildren(...models.map((model) => {
    const item = document.createElement('li'), link = document.createElement('a'), text = document.createElement('span');
    link.href = '/' + model.name;
    text.textContent = model.description || '';
    link.append(model.name, text);
    item.append(link);
    return item;
  }));
  names.hidden = models.length === 0;
  told.textContent = models.length === 0 ? '' : models.length + ' found; the arrow keys lead to them';
};
field.addEventListener('input', () => {
  const number = ++asked, words = field.value.trim();
  if (words.length < 2) return show([]);
  setTimeout(async () => {
    if (number !== asked) return;
    const answer = await fetch('/api/v1/models?q=' + encodeURIComponent(words)).catch(() => null);
    const found = answer?.ok ? (await answer.json()).models : [];
    if (number === asked) show(found.slice(0, 8));
  }, 150);
});
field.form.addEventListener('focusout', (event) => {
  if (!field.form.contains(event.relatedTarget)) ++asked, show([]);
});
field.form.addEventListener('keydown', (event) => {
  const stops = [field, ...names.querySelectorAll('a')], at = stops.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (names.hidden || at < 0 || (!step && event.key !== 'Escape')) return;
  event.preventDefault();
  if (step) return stops[(at + step + stops.length) % stops.length].focus();
  field.focus();
  ++asked, show([]);
});
// A list's filter, while one types: here where all rows are on the page, else by asking for those that match.
for (const form of document.querySelectorAll('form[data-filter]')) {
  const input = form.elements.named, place = document.getElementById(form.dataset.filter);
  const whole = !input.value && !place.querySelector('.pages'), told = form.querySelector('[role=status]');
  const rows = place.querySelectorAll('tbody tr');
  let last = 0;
  input.addEventListener('input', () => {
    const number = ++last, words = input.value.toLowerCase();
    if (whole) {
      for (const row of rows) row.hidden = !row.cells[0].textContent.toLowerCase().includes(words);
      const shown = [...rows].filter((row) => !row.hidden).length;
      told.textContent = words ? shown + ' of ' + rows.length : '';
    } else {
      setTimeout(async () => {
        if (number !== last) return;
        const answer = await fetch('?named=' + encodeURIComponent(words)).catch(() => null);
        const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), 'text/html');
        if (!page || number !== last) return;
        const found = page.getElementById(place.id);
        place.querySelector('tbody').replaceWith(found.querySelector('tbody'));
        place.querySelector('.pages')?.remove();
        place.append(...found.querySelectorAll('.pages'));
        told.textContent = found.querySelector('[role=status]').textContent;
      }, 150);
    }
  });
}
)js";

constexpr std::string_view kIcon =
    R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3.5" fill="#a8480b"/>
<path d="M4 4.75h8M8 4.75v7" stroke="#fff" stroke-width="2" stroke-linecap="round"/></svg>
)svg";

Asset made(std::string_view name, std::string_view content_type, std::string_view text) {
  const Sha256Digest digest = Sha256::of(as_bytes(text));
  return {fmt::format("/static/{}?v={}", name, digest.hex().substr(0, 12)), content_type, text,
          etag_of(digest)};
}

}  // namespace

const Asset& stylesheet() {
  static const Asset kAsset = made("style.css", "text/css; charset=utf-8", kStyle);
  return kAsset;
}

const Asset& script() {
  static const Asset kAsset = made("script.js", "text/javascript; charset=utf-8", kScript);
  return kAsset;
}

const Asset& icon() {
  static const Asset kAsset = made("icon.svg", "image/svg+xml", kIcon);
  return kAsset;
}

bool answer_asset(const Request& request, std::string_view path, Reply& reply) {
  for (const Asset* asset : {&stylesheet(), &script(), &icon()}) {
    if (std::string_view(asset->path).substr(1, asset->path.find('?') - 1) != path) continue;
    reply.route = Route::kStatic;
    reply.add("ETag", asset->etag);
    reply.add("Cache-Control",
              request.target == asset->path ? "public, max-age=31536000, immutable" : "no-cache");
    if (!request.if_none_match.empty() && protocol::matches_any(request.if_none_match, asset->etag)) {
      reply.status = 304;
    } else {
      reply.set_body(std::string(asset->text), asset->content_type);
    }
    return true;
  }
  return false;
}

}  // namespace tfhub::server
