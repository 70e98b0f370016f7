// Shows /openapi.json. Everything goes in as text, never as HTML.
'use strict';

const element = (name, text, parent) => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (parent) parent.append(made);
  return made;
};

/** A schema with the shapes it refers to in their places; a shape inside of itself is only named. */
const resolved = (schema, all, open = []) => {
  if (Array.isArray(schema)) return schema.map((item) => resolved(item, all, open));
  if (schema === null || typeof schema !== 'object') return schema;
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').pop();
    return open.includes(name) ? name : resolved(all[name], all, [...open, name]);
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolved(value, all, open)]));
};

const part = (title, value, parent) => {
  element('h3', title, parent);
  element('pre', typeof value === 'string' ? value : JSON.stringify(value, null, 2), parent);
};

const fill = (body, operation, all) => {
  element('p', operation.description, body);
  const parameters = operation.parameters.map((p) => {
    const kind = p.schema.type ?? 'any';
    const about = p.description ? ` — ${p.description}` : '';
    return `${p.name} (${p.in}, ${[kind].flat().join(' or ')}${p.required ? ', required' : ''})${about}`;
  });
  if (parameters.length) part('Parameters', parameters.join('\n'), body);
  for (const [kind, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
    part(`Body (${kind})`, resolved(schema, all), body);
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    for (const [kind, { schema }] of Object.entries(answer.content ?? {})) {
      part(`${status} (${kind})`, resolved(schema, all), body);
    }
  }
};

const show = (api) => {
  const areas = new Map();
  const lines = [];
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const tag = operation.tags[0];
      if (!areas.has(tag)) {
        const section = document.createElement('section');
        element('h2', tag, section);
        areas.set(tag, section);
      }
      const line = element('details', '', areas.get(tag));
      const summary = element('summary', '', line);
      const label = element('span', method.toUpperCase(), summary);
      label.className = 'method';
      element('code', path, summary);
      element('span', ` ${operation.summary}`, summary).className = 'about';
      line.addEventListener('toggle', () => {
        if (!line.open || line.querySelector('.body')) return;
        const body = element('div', '', line);
        body.className = 'body';
        fill(body, operation, api.components.schemas);
      });
      lines.push({ line, words: `${method} ${path} ${operation.summary} ${tag}`.toLowerCase() });
    }
  }
  const sections = [...areas].sort(([a], [b]) => a.localeCompare(b)).map(([, section]) => section);
  document.getElementById('operations').append(...sections);
  const filter = document.getElementById('filter');
  const count = document.getElementById('count');
  const apply = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const entry of lines) {
      entry.line.hidden = !words.every((word) => entry.words.includes(word));
      if (!entry.line.hidden) shown += 1;
    }
    for (const section of sections) section.hidden = !section.querySelector('details:not([hidden])');
    count.textContent = `${shown} of ${lines.length} operations`;
  };
  filter.addEventListener('input', apply);
  apply();
};

fetch('/openapi.json')
  .then((answer) => answer.json())
  .then(show)
  .catch(() => {
    document.getElementById('count').textContent = 'The description could not be loaded. Reload the page to try again.';
  });
