/** Accounts read from a table, checked before anything is sent. */
import { parseCsv } from './csv';

export const ROLES = ['admin', 'user', 'pending'] as const;
export type Role = (typeof ROLES)[number];

/** What is wrong with a line. */
export type LineProblem = 'name' | 'email' | 'duplicate' | 'password' | 'passwordLong' | 'role';

export interface ImportLine {
	/** Where it stands in the file, from 1. */
	line: number;
	name: string;
	email: string;
	password: string;
	role: string;
	problem?: LineProblem;
}

const COLUMNS = ['name', 'email', 'password', 'role'] as const;
/** Longest password, in bytes: the rest would not count. */
export const PASSWORD_BYTES = 72;

export const looksLikeEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text);
export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);

/** Where each column stands: as the first line names them, or in the usual order. */
function columnsOf(first: string[]): {
	at: Record<(typeof COLUMNS)[number], number>;
	header: boolean;
} {
	const names = first.map((name) => name.trim().toLowerCase());
	const header = names.includes('email');
	const at = Object.fromEntries(
		COLUMNS.map((name, usual) => [name, header ? names.indexOf(name) : usual])
	) as Record<(typeof COLUMNS)[number], number>;
	return { at, header };
}

function problemOf(entry: ImportLine, seen: Set<string>): LineProblem | undefined {
	if (!entry.name) return 'name';
	if (!looksLikeEmail(entry.email)) return 'email';
	if (seen.has(entry.email)) return 'duplicate';
	if (!entry.password) return 'password';
	if (new TextEncoder().encode(entry.password).length > PASSWORD_BYTES) return 'passwordLong';
	if (!isRole(entry.role)) return 'role';
	return undefined;
}

/** Reads name, email, password and role of each line; without a role, an account waits for approval. */
export function readAccounts(text: string): ImportLine[] {
	const rows = parseCsv(text);
	if (!rows[0]) return [];
	const { at, header } = columnsOf(rows[0]);
	const seen = new Set<string>();
	return rows.slice(header ? 1 : 0).map((row, index) => {
		const cell = (name: (typeof COLUMNS)[number]) => row[at[name]] ?? '';
		const entry: ImportLine = {
			line: index + (header ? 2 : 1),
			name: cell('name').trim(),
			email: cell('email').trim().toLowerCase(),
			password: cell('password'),
			role: cell('role').trim().toLowerCase() || 'pending'
		};
		entry.problem = problemOf(entry, seen);
		seen.add(entry.email);
		return entry;
	});
}
