/** The look shared by menus, lists to choose from, and other small panels that float. */
export const popupLook =
	'bg-raised border-line shadow-float animate-pop-in z-50 min-w-(--bits-floating-anchor-width) rounded-xl border p-1.5 outline-none';
export const optionLook =
	'data-highlighted:bg-ink/6 text-ink flex min-h-9 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-[0.92rem] outline-none select-none data-disabled:opacity-50';
export const menuContent =
	'bg-raised border-line shadow-float animate-pop-in z-50 min-w-48 rounded-xl border p-1.5 outline-none';
const menuRow =
	'data-highlighted:bg-ink/6 flex h-9 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 text-[0.92rem] outline-none select-none data-disabled:opacity-50 [&>svg]:size-4 [&>svg]:shrink-0';
export const menuItem = `${menuRow} text-ink [&>svg]:text-ink-muted`;
export const menuDanger = `${menuRow} text-danger`;
export const menuLabel = 'text-ink-faint px-2.5 pt-2 pb-1 text-[0.78rem] font-[560]';
export const menuSeparator = 'bg-line -mx-1.5 my-1.5 h-px';
