/** What the page of the audio settings holds: of each engine only what that one needs. */
import { msg } from '$lib/i18n/index.svelte';
import type { FieldSpec, SectionSpec } from './settings-tabs';

const STT = 'AUDIO_STT_ENGINE';
const TTS = 'AUDIO_TTS_ENGINE';

/** Shows settings only while one of these engines is chosen. */
const during =
	(name: string) =>
	(is: string[], ...fields: FieldSpec[]): FieldSpec[] =>
		fields.map((field) => ({ ...field, when: { name, is } }));
const listening = during(STT);
const speaking = during(TTS);

export const AUDIO: SectionSpec[] = [
	{
		title: msg('admin.set.stt'),
		about: msg('admin.set.sttAbout'),
		fields: [
			{
				name: STT,
				label: msg('admin.set.engine'),
				choices: {
					'': msg('admin.set.engineWhisper'),
					openai: msg('admin.set.engineOpenai'),
					deepgram: msg('admin.set.engineDeepgram'),
					azure: msg('admin.set.engineAzure'),
					mistral: msg('admin.set.engineMistral')
				}
			},
			...listening(
				[''],
				{
					name: 'WHISPER_MODEL',
					label: msg('admin.set.whisperModel'),
					about: msg('admin.set.whisperModelAbout')
				},
				{
					name: 'WHISPER_VAD_FILTER',
					label: msg('admin.set.vad'),
					about: msg('admin.set.vadAbout')
				}
			),
			...listening(
				['openai'],
				{ name: 'AUDIO_STT_OPENAI_API_BASE_URL', label: msg('admin.set.speechUrl') },
				{ name: 'AUDIO_STT_OPENAI_API_KEY', label: msg('admin.set.speechKey') }
			),
			...listening(['deepgram'], { name: 'DEEPGRAM_API_KEY', label: msg('admin.set.speechKey') }),
			...listening(
				['azure'],
				{ name: 'AUDIO_STT_AZURE_API_KEY', label: msg('admin.set.speechKey') },
				{ name: 'AUDIO_STT_AZURE_REGION', label: msg('admin.set.azureRegion') },
				{
					name: 'AUDIO_STT_AZURE_BASE_URL',
					label: msg('admin.set.speechUrl'),
					about: msg('admin.set.azureUrlAbout')
				},
				{
					name: 'AUDIO_STT_AZURE_LOCALES',
					label: msg('admin.set.azureLocales'),
					about: msg('admin.set.azureLocalesAbout')
				},
				{
					name: 'AUDIO_STT_AZURE_MAX_SPEAKERS',
					label: msg('admin.set.azureSpeakers')
				}
			),
			...listening(
				['mistral'],
				{ name: 'AUDIO_STT_MISTRAL_API_BASE_URL', label: msg('admin.set.speechUrl') },
				{ name: 'AUDIO_STT_MISTRAL_API_KEY', label: msg('admin.set.speechKey') },
				{
					name: 'AUDIO_STT_MISTRAL_USE_CHAT_COMPLETIONS',
					label: msg('admin.set.mistralChat')
				}
			),
			...listening(['openai', 'deepgram', 'mistral'], {
				name: 'AUDIO_STT_MODEL',
				label: msg('admin.set.speechModel')
			}),
			{
				name: 'AUDIO_STT_SUPPORTED_CONTENT_TYPES',
				label: msg('admin.set.audioTypes'),
				about: msg('admin.set.audioTypesAbout')
			}
		]
	},
	{
		title: msg('admin.set.tts'),
		about: msg('admin.set.ttsAbout'),
		fields: [
			{
				name: TTS,
				label: msg('admin.set.engine'),
				choices: {
					'': msg('admin.set.engineBrowser'),
					openai: msg('admin.set.engineOpenai'),
					elevenlabs: msg('admin.set.engineElevenlabs'),
					azure: msg('admin.set.engineAzure')
				}
			},
			...speaking(
				['openai'],
				{ name: 'AUDIO_TTS_OPENAI_API_BASE_URL', label: msg('admin.set.speechUrl') },
				{ name: 'AUDIO_TTS_OPENAI_API_KEY', label: msg('admin.set.speechKey') }
			),
			...speaking(['elevenlabs', 'azure'], {
				name: 'AUDIO_TTS_API_KEY',
				label: msg('admin.set.speechKey')
			}),
			...speaking(
				['azure'],
				{ name: 'AUDIO_TTS_AZURE_SPEECH_REGION', label: msg('admin.set.azureRegion') },
				{
					name: 'AUDIO_TTS_AZURE_SPEECH_BASE_URL',
					label: msg('admin.set.speechUrl'),
					about: msg('admin.set.azureUrlAbout')
				},
				{
					name: 'AUDIO_TTS_AZURE_SPEECH_OUTPUT_FORMAT',
					label: msg('admin.set.speechFormat')
				}
			),
			...speaking(['openai', 'elevenlabs'], {
				name: 'AUDIO_TTS_MODEL',
				label: msg('admin.set.speechModel')
			}),
			...speaking(
				['openai', 'elevenlabs', 'azure'],
				{
					name: 'AUDIO_TTS_VOICE',
					label: msg('admin.set.voice'),
					about: msg('admin.set.voiceAbout')
				},
				{
					name: 'AUDIO_TTS_SPLIT_ON',
					label: msg('admin.set.splitOn'),
					about: msg('admin.set.splitOnAbout'),
					choices: {
						punctuation: msg('admin.set.splitSentences'),
						paragraphs: msg('admin.set.splitParagraphs'),
						none: msg('admin.set.splitNone')
					}
				}
			),
			...speaking(['openai'], {
				name: 'AUDIO_TTS_OPENAI_PARAMS',
				label: msg('admin.set.speechParams'),
				about: msg('admin.set.speechParamsAbout')
			})
		]
	}
];
