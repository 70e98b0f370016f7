/** Syntax colours. The highlighter and each language are fetched when first needed. */
import type { HLJSApi, LanguageFn } from 'highlight.js';

type Loader = () => Promise<{ default: LanguageFn }>;

const LANGUAGES: Record<string, Loader> = {
	bash: () => import('highlight.js/lib/languages/bash'),
	c: () => import('highlight.js/lib/languages/c'),
	cpp: () => import('highlight.js/lib/languages/cpp'),
	csharp: () => import('highlight.js/lib/languages/csharp'),
	css: () => import('highlight.js/lib/languages/css'),
	dart: () => import('highlight.js/lib/languages/dart'),
	diff: () => import('highlight.js/lib/languages/diff'),
	dockerfile: () => import('highlight.js/lib/languages/dockerfile'),
	elixir: () => import('highlight.js/lib/languages/elixir'),
	go: () => import('highlight.js/lib/languages/go'),
	graphql: () => import('highlight.js/lib/languages/graphql'),
	haskell: () => import('highlight.js/lib/languages/haskell'),
	ini: () => import('highlight.js/lib/languages/ini'),
	java: () => import('highlight.js/lib/languages/java'),
	javascript: () => import('highlight.js/lib/languages/javascript'),
	json: () => import('highlight.js/lib/languages/json'),
	julia: () => import('highlight.js/lib/languages/julia'),
	kotlin: () => import('highlight.js/lib/languages/kotlin'),
	latex: () => import('highlight.js/lib/languages/latex'),
	lua: () => import('highlight.js/lib/languages/lua'),
	makefile: () => import('highlight.js/lib/languages/makefile'),
	markdown: () => import('highlight.js/lib/languages/markdown'),
	nginx: () => import('highlight.js/lib/languages/nginx'),
	objectivec: () => import('highlight.js/lib/languages/objectivec'),
	perl: () => import('highlight.js/lib/languages/perl'),
	php: () => import('highlight.js/lib/languages/php'),
	powershell: () => import('highlight.js/lib/languages/powershell'),
	python: () => import('highlight.js/lib/languages/python'),
	r: () => import('highlight.js/lib/languages/r'),
	ruby: () => import('highlight.js/lib/languages/ruby'),
	rust: () => import('highlight.js/lib/languages/rust'),
	scala: () => import('highlight.js/lib/languages/scala'),
	scss: () => import('highlight.js/lib/languages/scss'),
	sql: () => import('highlight.js/lib/languages/sql'),
	swift: () => import('highlight.js/lib/languages/swift'),
	typescript: () => import('highlight.js/lib/languages/typescript'),
	xml: () => import('highlight.js/lib/languages/xml'),
	yaml: () => import('highlight.js/lib/languages/yaml')
};

const ALIASES: Record<string, string> = {
	'c++': 'cpp',
	cs: 'csharp',
	'c#': 'csharp',
	console: 'bash',
	docker: 'dockerfile',
	ex: 'elixir',
	golang: 'go',
	h: 'c',
	hpp: 'cpp',
	hs: 'haskell',
	html: 'xml',
	js: 'javascript',
	jsonc: 'json',
	jsx: 'javascript',
	kt: 'kotlin',
	make: 'makefile',
	md: 'markdown',
	objc: 'objectivec',
	patch: 'diff',
	pl: 'perl',
	ps1: 'powershell',
	py: 'python',
	rb: 'ruby',
	rs: 'rust',
	sass: 'scss',
	sh: 'bash',
	shell: 'bash',
	svelte: 'xml',
	svg: 'xml',
	tex: 'latex',
	toml: 'ini',
	ts: 'typescript',
	tsx: 'typescript',
	vue: 'xml',
	yml: 'yaml',
	zsh: 'bash'
};

/** Longer code stays plain: colouring it would stall the page. */
const MAX_LENGTH = 100_000;

let core: Promise<HLJSApi> | undefined;
const loaded = new Map<string, Promise<boolean>>();

function resolve(language: string): string | undefined {
	const name = language.toLowerCase();
	const known = ALIASES[name] ?? name;
	return known in LANGUAGES ? known : undefined;
}

async function load(name: string): Promise<HLJSApi> {
	core ??= import('highlight.js/lib/core').then((m) => m.default);
	const api = await core;
	if (!loaded.has(name)) {
		loaded.set(
			name,
			LANGUAGES[name]!().then((m) => {
				api.registerLanguage(name, m.default);
				return true;
			})
		);
	}
	await loaded.get(name);
	return api;
}

/** HTML with colour classes, or null when the language is unknown or the code too long. */
export async function highlight(code: string, language: string): Promise<string | null> {
	const name = resolve(language);
	if (!name || code.length > MAX_LENGTH) return null;
	const api = await load(name);
	return api.highlight(code, { language: name, ignoreIllegals: true }).value;
}
