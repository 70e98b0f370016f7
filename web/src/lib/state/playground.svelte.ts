/** What stands in the playground: kept while the app is open, and nowhere else. */
import { pieceOf, type Piece } from '$lib/api/pieces';
import { stream } from '$lib/api/stream';
import type { Params } from '$lib/chat/params';
import { newId } from '$lib/id';
import { moved } from '$lib/order';
import { chatBody, continuation, type Role, type Turn } from '$lib/playground/completion';
import { app } from './app.svelte';
import { explain } from './toasts.svelte';

/** One run at a time: its pieces, its end, and the way to call it off. */
class Run {
	running = $state(false);
	problem = $state('');
	#control: AbortController | null = null;

	async start(path: string, body: unknown, onPiece: (piece: Piece) => void): Promise<void> {
		this.stop();
		const control = new AbortController();
		this.#control = control;
		this.running = true;
		this.problem = '';
		try {
			for await (const object of stream(path, { body, signal: control.signal })) {
				const piece = pieceOf(object);
				if (piece.error) this.problem = piece.error;
				else onPiece(piece);
			}
		} catch (error) {
			if (this.#control === control) this.problem = explain(error);
		} finally {
			if (this.#control === control) {
				this.running = false;
				this.#control = null;
			}
		}
	}

	stop() {
		this.#control?.abort();
		this.#control = null;
		this.running = false;
	}
}

const emptyTurn = (role: Role): Turn => ({ id: newId(), role, content: '' });

class Playground {
	model = $state('');
	params = $state.raw<Params>({});
	system = $state('');
	turns = $state.raw<Turn[]>([emptyTurn('user')]);
	text = $state('');
	readonly chat = new Run();
	readonly completion = new Run();

	/** The model to begin with, once the list is there. */
	choose() {
		if (!app.modelById(this.model)) this.model = app.defaultModels()[0] ?? '';
	}

	add(role: Role) {
		this.turns = [...this.turns, emptyTurn(role)];
	}

	change(id: string, fields: Partial<Turn>) {
		this.turns = this.turns.map((turn) => (turn.id === id ? { ...turn, ...fields } : turn));
	}

	move(from: number, to: number) {
		this.turns = moved(this.turns, from, to);
	}

	remove(id: string) {
		this.turns = this.turns.filter((turn) => turn.id !== id);
	}

	clear() {
		this.chat.stop();
		this.chat.problem = '';
		this.system = '';
		this.turns = [emptyTurn('user')];
	}

	async runChat(): Promise<void> {
		const body = chatBody(this.model, this.system, this.turns, this.params);
		const answer = emptyTurn('assistant');
		const asked = this.turns.filter((turn) => turn.content.trim() !== '');
		this.turns = [...asked, answer];
		let text = '';
		let reasoning = '';
		await this.chat.start('/api/chat/completions', body, (piece) => {
			text += piece.text;
			reasoning += piece.reasoning;
			this.change(answer.id, { content: text, reasoning });
		});
		// Nothing came: the place for it need not stay.
		if (!text && !reasoning) this.remove(answer.id);
		if (!this.chat.problem && this.turns.at(-1)?.role === 'assistant') this.add('user');
	}

	async runCompletion(): Promise<void> {
		const model = app.modelById(this.model);
		const { path, body } = continuation(model, this.model, this.text, this.params);
		await this.completion.start(path, body, ({ text }) => {
			this.text += text;
		});
	}
}

export const playground = new Playground();
