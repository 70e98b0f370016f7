/** Name and meaning of each parameter. */
import { t } from '$lib/i18n/index.svelte';

export function paramTexts(key: string): [name: string, about: string] {
	const texts: Record<string, [string, string]> = {
		temperature: [t('params.temperature'), t('params.temperatureAbout')],
		top_p: [t('params.topP'), t('params.topPAbout')],
		top_k: [t('params.topK'), t('params.topKAbout')],
		min_p: [t('params.minP'), t('params.minPAbout')],
		max_tokens: [t('params.maxTokens'), t('params.maxTokensAbout')],
		seed: [t('params.seed'), t('params.seedAbout')],
		stop: [t('params.stop'), t('params.stopAbout')],
		frequency_penalty: [t('params.frequencyPenalty'), t('params.frequencyPenaltyAbout')],
		presence_penalty: [t('params.presencePenalty'), t('params.presencePenaltyAbout')],
		reasoning_effort: [t('params.reasoningEffort'), t('params.reasoningEffortAbout')],
		reasoning_tags: [t('params.reasoningTags'), t('params.reasoningTagsAbout')],
		logit_bias: [t('params.logitBias'), t('params.logitBiasAbout')],
		function_calling: [t('params.functionCalling'), t('params.functionCallingAbout')],
		stream_response: [t('params.stream'), t('params.streamAbout')],
		stream_delta_chunk_size: [t('params.chunkSize'), t('params.chunkSizeAbout')],
		think: [t('params.think'), t('params.thinkAbout')],
		num_ctx: [t('params.numCtx'), t('params.numCtxAbout')],
		keep_alive: [t('params.keepAlive'), t('params.keepAliveAbout')],
		repeat_penalty: [t('params.repeatPenalty'), t('params.repeatPenaltyAbout')],
		repeat_last_n: [t('params.repeatLastN'), t('params.repeatLastNAbout')],
		tfs_z: [t('params.tfsZ'), t('params.tfsZAbout')],
		mirostat: [t('params.mirostat'), t('params.mirostatAbout')],
		mirostat_eta: [t('params.mirostatEta'), t('params.mirostatEtaAbout')],
		mirostat_tau: [t('params.mirostatTau'), t('params.mirostatTauAbout')],
		format: [t('params.format'), t('params.formatAbout')],
		num_keep: [t('params.numKeep'), t('params.numKeepAbout')],
		num_batch: [t('params.numBatch'), t('params.numBatchAbout')],
		num_thread: [t('params.numThread'), t('params.numThreadAbout')],
		num_gpu: [t('params.numGpu'), t('params.numGpuAbout')],
		use_mmap: [t('params.mmap'), t('params.mmapAbout')],
		use_mlock: [t('params.mlock'), t('params.mlockAbout')]
	};
	return texts[key] ?? [key, ''];
}
