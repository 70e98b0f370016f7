/** File names for code that is taken out of an answer. */
const ENDINGS: Record<string, string> = {
	bash: 'sh',
	c: 'c',
	'c++': 'cpp',
	cpp: 'cpp',
	csharp: 'cs',
	css: 'css',
	dockerfile: 'Dockerfile',
	go: 'go',
	html: 'html',
	java: 'java',
	javascript: 'js',
	js: 'js',
	json: 'json',
	jsx: 'jsx',
	kotlin: 'kt',
	latex: 'tex',
	lua: 'lua',
	makefile: 'Makefile',
	markdown: 'md',
	md: 'md',
	mermaid: 'mmd',
	php: 'php',
	powershell: 'ps1',
	py: 'py',
	python: 'py',
	r: 'r',
	ruby: 'rb',
	rust: 'rs',
	scala: 'scala',
	sh: 'sh',
	shell: 'sh',
	sql: 'sql',
	svelte: 'svelte',
	svg: 'svg',
	swift: 'swift',
	toml: 'toml',
	ts: 'ts',
	tsx: 'tsx',
	typescript: 'ts',
	vue: 'vue',
	xml: 'xml',
	yaml: 'yaml',
	yml: 'yml'
};

export function codeFileName(language: string): string {
	const ending = ENDINGS[language.toLowerCase()] ?? 'txt';
	return /^[A-Z]/.test(ending) ? ending : `code.${ending}`;
}

/** Gives a text or a file to the person. */
export function download(name: string, content: string | Blob, type = 'text/plain') {
	const blob =
		typeof content === 'string' ? new Blob([content], { type: `${type};charset=utf-8` }) : content;
	const url = URL.createObjectURL(blob);
	const link = document.createElement('a');
	link.href = url;
	link.download = name;
	link.click();
	// The browser reads the address a little later.
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
