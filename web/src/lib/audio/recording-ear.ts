/** Records what is said; somebody else makes a text of the recording. */
import { Deaf, type Deafness, type Ear, type EarEvents } from './ear';

/** Enough for speech; browsers would take four times as much. */
const BITS_PER_SECOND = 32_000;
/** What browsers record, the best first. */
const TYPES = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4', 'audio/webm'];

const REASONS: Record<string, Deafness> = {
	NotAllowedError: 'refused',
	SecurityError: 'refused',
	NotFoundError: 'missing',
	OverconstrainedError: 'missing',
	NotReadableError: 'busy',
	AbortError: 'busy'
};

export class RecordingEar implements Ear {
	#stream: MediaStream | undefined;
	#recorder: MediaRecorder | undefined;
	#parts: Blob[] = [];
	#meter: Meter | undefined;
	readonly #control = new AbortController();

	constructor(
		private readonly transcribe: (recording: File, signal: AbortSignal) => Promise<string>,
		private readonly events: EarEvents
	) {}

	async open(): Promise<void> {
		const stream = await navigator.mediaDevices
			.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } })
			.catch((error: Error) => {
				const reason = REASONS[error.name];
				throw reason ? new Deaf(reason) : error;
			});
		this.#stream = stream;
		// The question for the microphone may be answered after somebody has changed their mind.
		if (this.#control.signal.aborted) return this.#release();
		const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
		const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
		recorder.ondataavailable = ({ data }) => this.#parts.push(data);
		recorder.start();
		this.#recorder = recorder;
		this.#meter = new Meter(stream);
		for (const track of stream.getTracks()) track.onended = () => this.events.onEnd();
	}

	async text(): Promise<string> {
		await this.#stop();
		// Servers go by the plain type, and some by the ending.
		const type = (this.#parts[0]?.type || 'audio/webm').split(';')[0]!;
		const name = `dictation.${type === 'audio/mp4' ? 'm4a' : type.slice('audio/'.length)}`;
		return this.transcribe(new File(this.#parts, name, { type }), this.#control.signal);
	}

	close(): void {
		this.#control.abort();
		if (this.#recorder?.state === 'recording') this.#recorder.stop();
		this.#release();
	}

	level = (): number => this.#meter?.level() ?? 0;

	async #stop() {
		const recorder = this.#recorder;
		if (recorder && recorder.state !== 'inactive') {
			const stopped = new Promise((resolve) => (recorder.onstop = resolve));
			recorder.stop();
			await stopped;
		}
		this.#release();
	}

	#release() {
		for (const track of this.#stream?.getTracks() ?? []) {
			track.onended = null;
			track.stop();
		}
		this.#meter?.close();
		this.#meter = undefined;
	}
}

/** Speech is quiet: its loudest moments are about a quarter of what a sound can reach. */
const GAIN = 4;

/** How loud a stream is. */
class Meter {
	readonly #context = new AudioContext();
	readonly #analyser = this.#context.createAnalyser();
	readonly #samples = new Float32Array(this.#analyser.fftSize);

	constructor(stream: MediaStream) {
		this.#context.createMediaStreamSource(stream).connect(this.#analyser);
		void this.#context.resume();
	}

	level(): number {
		this.#analyser.getFloatTimeDomainData(this.#samples);
		const power = this.#samples.reduce((sum, value) => sum + value * value, 0);
		return Math.min(1, Math.sqrt(power / this.#samples.length) * GAIN);
	}

	close() {
		void this.#context.close();
	}
}
