// One page for every address, rendered in the browser alone.
export const ssr = false;
export const prerender = false;
export const trailingSlash = 'never';
