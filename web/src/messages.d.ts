/** One area of a message catalogue, see scripts/messages.mjs. */
declare module '*.json?area=core' {
	const words: Record<string, string>;
	export default words;
}
declare module '*.json?area=starters' {
	const words: Record<string, string>;
	export default words;
}
