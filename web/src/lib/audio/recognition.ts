/** The speech recognition of browsers, as far as it is used here: TypeScript does not describe it. */
export interface Recognition {
	lang: string;
	continuous: boolean;
	interimResults: boolean;
	onstart: (() => void) | null;
	onend: (() => void) | null;
	onerror: ((event: { error: string }) => void) | null;
	onresult: ((event: { results: SpeechRecognitionResultList }) => void) | null;
	start(): void;
	stop(): void;
	abort(): void;
}

interface Browser {
	SpeechRecognition?: new () => Recognition;
	/** Its name in Chrome and Safari. */
	webkitSpeechRecognition?: new () => Recognition;
}

export function recognitionOfBrowser(): (new () => Recognition) | undefined {
	const browser = window as unknown as Browser;
	return browser.SpeechRecognition ?? browser.webkitSpeechRecognition;
}
